import module java.base;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.ImageDecoder;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.infer.Segmenter;
import toco.torch.Device;
import toco.torch.LibTorch;

/// Segments images over HTTP: POST a JPEG or PNG to /segment, get a palette PNG of class indices.
///
/// Requests are virtual threads, as many as there are clients. LibTorch's calls belong on platform
/// threads, so the network runs on a small pool of these, an image each; requests wait for one.
static final int MOST_BYTES = 20 << 20;

void main(String[] arguments) throws IOException {
  if (arguments.length != 2) {
    System.err.println("usage: InferenceServer RUN PORT");
    System.exit(2);
  }
  int cores = Runtime.getRuntime().availableProcessors();
  var network = TrainedNetwork.ofRun(Path.of(arguments[0]), Device.CPU);
  var segmenter = new Segmenter(network, Protocol.Name.VOC);
  var pool =
      Executors.newFixedThreadPool(
          cores,
          work ->
              Thread.ofPlatform()
                  .name("network")
                  .unstarted(() -> {
                    LibTorch.serialThread(); // an image a core, rather than all cores on one image
                    work.run();
                  }));
  var server =
      HttpServer.create(new InetSocketAddress("localhost", Integer.parseInt(arguments[1])), 0);
  server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
  server.createContext(
      "/segment",
      exchange -> {
        try (exchange) {
          serve(exchange, image -> pool.submit(() -> segment(segmenter, image)).get());
        }
      });
  Runtime.getRuntime()
      .addShutdownHook(
          new Thread(() -> {
            server.stop(1); // the requests under way get a second to end
            pool.close();
            network.close();
          }));
  server.start();
  IO.println("http://localhost:%s/segment, %d images at a time".formatted(arguments[1], cores));
}

byte[] segment(Segmenter segmenter, byte[] image) {
  try (var arena = Arena.ofConfined()) {
    return ImageWriter.png(segmenter.segment(ImageDecoder.decode(image, "the image", arena)));
  }
}

interface Work {
  byte[] on(byte[] image) throws InterruptedException, ExecutionException;
}

void serve(HttpExchange exchange, Work work) throws IOException {
  if (!exchange.getRequestMethod().equals("POST")) {
    answer(exchange, 405, "text/plain", "POST an image\n".getBytes());
    return;
  }
  var image = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
  if (image.length > MOST_BYTES) {
    answer(
        exchange,
        413,
        "text/plain",
        "an image may have %d bytes\n".formatted(MOST_BYTES).getBytes());
    return;
  }
  try {
    answer(exchange, 200, "image/png", work.on(image));
  } catch (InterruptedException e) {
    Thread.currentThread().interrupt();
  } catch (ExecutionException e) {
    int status = e.getCause() instanceof ImageException ? 400 : 500;
    answer(exchange, status, "text/plain", (e.getCause().getMessage() + "\n").getBytes());
  }
}

void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
  exchange.getResponseHeaders().set("Content-Type", type);
  exchange.sendResponseHeaders(status, body.length);
  exchange.getResponseBody().write(body);
}
