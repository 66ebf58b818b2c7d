package toco.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/// Where a command's results are printed. A [PrintWriter] throws nothing; this one remembers its
/// first failure, because results that were not written must not look like success.
final class ResultOutput extends PrintWriter {
  private final FirstFailure to;

  /// @param to standard output
  ResultOutput(Writer to) {
    this(new FirstFailure(to));
  }

  private ResultOutput(FirstFailure to) {
    super(to, true);
    this.to = to;
  }

  /// Writes out what was printed so far.
  ///
  /// @throws ResultsLostException if that, or printing before, failed
  void requireWritten() {
    flush();
    if (to.failure != null) {
      throw new ResultsLostException(to.failure);
    }
  }

  /// Fails always once it has failed.
  private static final class FirstFailure extends Writer {
    private final Writer to;
    private @Nullable IOException failure;

    FirstFailure(Writer to) {
      this.to = to;
    }

    private interface Action {
      void run() throws IOException;
    }

    private void attempt(Action action) throws IOException {
      if (failure == null) {
        try {
          action.run();
          return;
        } catch (IOException e) {
          failure = e;
        }
      }
      throw failure;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      attempt(() -> to.write(text, offset, length));
    }

    @Override
    public void flush() throws IOException {
      attempt(to::flush);
    }

    @Override
    public void close() throws IOException {
      attempt(to::close);
    }
  }
}
