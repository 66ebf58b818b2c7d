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

/// Segments images over HTTP: POST a JPEG or PNG to /segment to get a palette PNG of class indices.
///
/// Each request has a virtual thread. LibTorch needs platform threads, so the network runs on a
/// pool of them, one image per thread, for which requests wait.
static final int MAX_BYTES = 20 << 20;

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
                    LibTorch
                        .serialThread(); // one core per image, instead of all cores for one image
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
            server.stop(1); // running requests have one second to finish
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
  var image = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
  if (image.length > MAX_BYTES) {
    answer(
        exchange,
        413,
        "text/plain",
        "an image may have at most %d bytes\n".formatted(MAX_BYTES).getBytes());
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
