package toco.torch;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/// How deeply TorchScript source is nested: brackets, operators in a row, indentation, `elif`s in a
/// row, and the number of methods and classes, which may refer to each other in a chain. LibTorch
/// descends into each of these by recursion and has no limit of its own: what is too deep ends the
/// process. Networks stay far below these limits.
///
/// Reads the text once, without a grammar: strings and comments are skipped, and a comma ends a row
/// of operators.
final class ScriptNesting {
  /// Levels inside one statement.
  private static final int MAX_EXPRESSION = 1000;

  private static final int MAX_BLOCKS = 200;

  /// Methods of one class, which may call each other in a chain.
  private static final int MAX_METHODS = 200;

  private static final int MAX_CLASSES = 20_000;
  private static final Set<String> OPERATORS =
      Set.of("not", "and", "or", "if", "else", "is", "in", "lambda");

  private final String text;
  private int at;

  /// The operators so far at each open bracket, the innermost first, and their sum.
  private final ArrayDeque<Integer> rows = new ArrayDeque<>();

  private int depth;
  private int row;

  /// The indentations of the open blocks, and the `elif`s in a row in each.
  private final int[] indents = new int[MAX_BLOCKS + 1];

  private final int[] elifs = new int[MAX_BLOCKS + 1];
  private int blocks;
  private int methods;
  private int classes;

  private ScriptNesting(String text) {
    this.text = text;
  }

  /// @throws TorchException if the source is nested too deeply for LibTorch
  static void check(String source) {
    new ScriptNesting(source).read();
  }

  private void read() {
    beginLine();
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '\n' -> {
          at++;
          if (rows.isEmpty()) {
            beginLine();
          }
        }
        case '#' -> skipTo('\n');
        case '\'', '"' -> skipString(c);
        case '\\' -> at += 2;
        case '(', '[', '{' -> {
          deepen();
          rows.push(row);
          row = 0;
          at++;
        }
        case ')', ']', '}' -> {
          depth -= row;
          row = rows.isEmpty() ? 0 : rows.pop();
          at++;
        }
        case ',', ';' -> {
          depth -= row;
          row = 0;
          at++;
        }
        default -> {
          if (Character.isJavaIdentifierPart(c)) {
            word();
          } else {
            if ("+-*/%@<>=!&|^~.".indexOf(c) >= 0) {
              deepen();
            }
            at++;
          }
        }
      }
    }
  }

  private void deepen() {
    row++;
    if (++depth > MAX_EXPRESSION) {
      throw tooDeep(
          String.format(Locale.ROOT, "an expression of more than %,d levels", MAX_EXPRESSION));
    }
  }

  private void word() {
    int from = at;
    while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
      at++;
    }
    if (OPERATORS.contains(text.substring(from, Math.min(at, from + 7)))) {
      deepen();
    }
  }

  /// A new statement: measures its indentation.
  private void beginLine() {
    depth = 0;
    row = 0;
    int from = at;
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    if (at == text.length() || text.charAt(at) == '\n' || text.charAt(at) == '#') {
      return;
    }
    int indent = at - from;
    while (blocks > 0 && indents[blocks] > indent) {
      blocks--;
    }
    if (indent > indents[blocks]) {
      blocks++;
      requireBlocks();
      indents[blocks] = indent;
      elifs[blocks] = 0;
    }
    if (text.startsWith("elif", at)) {
      elifs[blocks]++;
      requireBlocks();
    } else if (!text.startsWith("else", at)) {
      elifs[blocks] = 0;
    }
    if (text.startsWith("class ", at)) {
      methods = 0;
      if (++classes > MAX_CLASSES) {
        throw tooDeep(String.format(Locale.ROOT, "more than %,d classes", MAX_CLASSES));
      }
    } else if (text.startsWith("def ", at) && ++methods > MAX_METHODS) {
      throw tooDeep("more than %s methods in a class".formatted(MAX_METHODS));
    }
  }

  private void requireBlocks() {
    int nested = blocks >= MAX_BLOCKS ? blocks : blocks + Arrays.stream(elifs, 0, blocks + 1).sum();
    if (nested >= MAX_BLOCKS) {
      throw tooDeep("more than %s blocks inside each other, or elifs".formatted(MAX_BLOCKS));
    }
  }

  private void skipTo(char end) {
    int found = text.indexOf(end, at);
    at = found < 0 ? text.length() : found;
  }

  private void skipString(char quote) {
    var triple = String.valueOf(quote).repeat(3);
    boolean isLong = text.startsWith(triple, at);
    at += isLong ? 3 : 1;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\\') {
        at += 2;
      } else if (isLong ? text.startsWith(triple, at) : c == quote || c == '\n') {
        at += isLong ? 3 : 1;
        return;
      } else {
        at++;
      }
    }
  }

  private static TorchException tooDeep(String what) {
    return new TorchException(
        TorchException.Kind.VALUE,
        "the TorchScript source has %s, on which LibTorch would end the process; split it"
            .formatted(what));
  }
}
