package toco.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import toco.checkpoint.TrainedNetwork;
import toco.torch.LibTorch;

/// The server of `toco serve`. Owns its networks.
public final class PageServer implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final int STOP_SECONDS = 2; // for answers that are being sent
  private static final int PICTURE_QUEUE = 128;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Workers networkWorkers;
  private final Workers pictureWorkers;
  private final Networks networks;
  private final Dispatch dispatch;
  private final String url;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /// Starts to serve.
  ///
  /// @param networks one, or another to compare it with; empty: runs only. The server closes them
  /// @param messages receives lines for the user: what cannot be shown, and with
  ///   [ServeOptions#verbose] each request
  /// @throws IOException if the address cannot be used
  /// @throws toco.data.DataException if the folder of annotations cannot be used
  public static PageServer start(
      ServeOptions options, List<TrainedNetwork> networks, Consumer<String> messages)
      throws IOException {
    ServerSettings.apply();
    try {
      return new PageServer(options, Networks.of(networks, options.protocol()), messages);
    } catch (IOException | RuntimeException e) {
      networks.forEach(TrainedNetwork::close);
      throw e;
    }
  }

  private PageServer(ServeOptions options, Networks networks, Consumer<String> messages)
      throws IOException {
    this.networks = networks;
    var limits = options.limits();
    networkWorkers = new Workers("network", limits.workers(), limits.queue(), LibTorch::trimMemory);
    pictureWorkers = new Workers("pictures", 1, PICTURE_QUEUE, () -> {});
    var routes = new ArrayList<>(new StaticPages().routes());
    server = HttpServer.create(address(options), BACKLOG);
    try {
      var gate = new Gate(options.host(), server.getAddress(), options.token());
      LongSupplier tensors = networks.all().isEmpty() ? () -> 0 : LibTorch::liveTensors;
      dispatch = new Dispatch(routes, gate, networkWorkers, tensors, options, messages);
      addRoutes(routes, options, messages);
      routes.addAll(dispatch.routes());
    } catch (RuntimeException e) {
      server.stop(0);
      networkWorkers.close();
      pictureWorkers.close();
      throw e;
    }
    threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    server.setExecutor(threads);
    server.createContext("/", dispatch);
    server.start();
    url = url(options);
  }

  private void addRoutes(List<Route> routes, ServeOptions options, Consumer<String> messages) {
    var config = networks.main().map(ServedNetwork::config).orElse(null);
    var dataset = new ServedDataset(config, messages);
    var corrections =
        options.annotations() == null || config == null
            ? null
            : new Corrections(new AnnotationFolder(options.annotations()), dataset, config);
    var uploads = new Uploads(config, options.limits().pixels());
    var images =
        new ImagesApi(
            dataset,
            uploads,
            networks,
            networkWorkers,
            pictureWorkers,
            options.limits(),
            name -> corrections != null && corrections.has(name));
    var runs = new ShownRuns(options.runs());
    var info = new InfoApi(networks, dataset, options.limits(), corrections, runs);
    routes.addAll(info.routes());
    routes.addAll(images.routes());
    routes.addAll(new SegmentApi(networks, images, uploads, networkWorkers).routes());
    routes.addAll(new AnnotationsApi(corrections, dataset, images::image).routes());
    routes.addAll(new RunsApi(runs).routes());
  }

  private static InetSocketAddress address(ServeOptions options) throws IOException {
    try {
      return new InetSocketAddress(InetAddress.getByName(options.host()), options.port());
    } catch (UnknownHostException e) {
      throw new IOException("there is no host " + options.host(), e);
    }
  }

  private String url(ServeOptions options) {
    var ip = server.getAddress().getAddress();
    var host = ip.isAnyLocalAddress() ? "127.0.0.1" : Gate.literal(ip);
    return "http://%s:%s/%s"
        .formatted(
            host,
            server.getAddress().getPort(),
            options.token() == null ? "" : "#token=" + options.token());
  }

  /// The page's address, with the token if there is one.
  public String url() {
    return url;
  }

  /// The methods and paths that are answered, such as `GET /api/info`.
  public List<String> paths() {
    return dispatch.paths();
  }

  /// The threads that run networks.
  Workers networkWorkers() {
    return networkWorkers;
  }

  /// Waits until [#close] is called.
  public void await() throws InterruptedException {
    stopped.await();
  }

  /// Ends the wait of [#await].
  public void requestStop() {
    dispatch.stop();
    stopped.countDown();
  }

  /// Answers requests that have begun, and stops.
  @Override
  public void close() {
    requestStop();
    networkWorkers.close();
    pictureWorkers.close();
    server.stop(STOP_SECONDS);
    threads.shutdownNow();
    networks.close();
  }
}
