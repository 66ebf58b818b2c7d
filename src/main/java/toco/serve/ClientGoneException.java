package toco.serve;

/// The client closed its connection, so nobody waits for the answer.
final class ClientGoneException extends RuntimeException {
  ClientGoneException() {
    super("the client closed its connection", null, false, false);
  }
}
