package toco.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What the columns of a table of labels hold, found from its header, if it has one, and its first
/// rows.
///
/// @param hasHeader whether the first row names the columns
/// @param isGuessed whether that is only guessed: it has no known word for a column of images
/// @param image column of the images
/// @param classes columns of cells with class names
/// @param open first of the columns at the end of a row that hold class names, too, however many
/// @param flags class by column, for columns that say whether an image shows a class
/// @param unread names or numbers of the other columns
/// @param width number of columns in the header
record CsvColumns(
    boolean hasHeader,
    boolean isGuessed,
    int image,
    List<Integer> classes,
    int open,
    Map<Integer, String> flags,
    List<String> unread,
    int width) {
  /// Names of an image column, the likeliest first, without spaces, `_` and `-`.
  private static final List<String> IMAGE_WORDS =
      List.of(
          "filename",
          "filenames",
          "file",
          "files",
          "filepath",
          "imagepath",
          "imgpath",
          "path",
          "imagefile",
          "imagefilename",
          "imagename",
          "imgname",
          "image",
          "images",
          "img",
          "imgs",
          "photo",
          "picture",
          "name",
          "names",
          "imageurl",
          "url",
          "imageid",
          "imgid",
          "id");

  private static final Pattern CLASS_WORD =
      Pattern.compile(
          "(gt|target|true|image|object)?"
              + "(label|classe?|tag|categor(y|ie)|object|species|target|choice)s?"
              + "(names?|text)?\\d*");
  private static final Pattern NUMBER = Pattern.compile("-?\\d+([.,]\\d+)?");
  private static final Pattern FLAG =
      Pattern.compile(
          "(?<yes>1([.,]0+)?|true|t|yes|y|x|✓|✔)|0([.,]0+)?|false|f|no|n|-|",
          Pattern.CASE_INSENSITIVE);

  /// Finds the columns.
  ///
  /// @param rows the first rows, at least one
  /// @param where file and line of the first row, for the error message
  /// @throws DataException if no column of a table with a header holds classes
  static CsvColumns of(List<CsvRows.Row> rows, ClassIndex classes, String where) {
    return new Finder(rows, classes).find(where);
  }

  /// Whether a flag says that an image shows a class; empty if it is no flag.
  static Optional<Boolean> flag(String cell) {
    var matcher = FLAG.matcher(cell);
    return matcher.matches() ? Optional.of(matcher.group("yes") != null) : Optional.empty();
  }

  /// Whether a field is a name for a column of images.
  static boolean isImageWord(String field) {
    return IMAGE_WORDS.contains(word(field));
  }

  /// Whether a field is a name for a column of classes.
  static boolean isClassWord(String field) {
    return CLASS_WORD.matcher(word(field)).matches();
  }

  /// Whether a column holds class names.
  boolean holdsClasses(int column) {
    return column >= open || classes.contains(column);
  }

  private static String word(String cell) {
    return cell.toLowerCase(Locale.ROOT).replaceAll("[\\s_#-]+", "");
  }

  private static final class Finder {
    private final List<String> first;
    private final List<List<String>> rest;
    private final List<List<String>> all;
    private final ClassIndex classes;

    Finder(List<CsvRows.Row> rows, ClassIndex classes) {
      all = rows.stream().map(CsvRows.Row::fields).toList();
      first = all.getFirst();
      rest = all.subList(1, all.size());
      this.classes = classes;
    }

    CsvColumns find(String where) {
      int named = imageWord();
      var flags = flagColumns(named);
      boolean isHeader =
          first.stream().noneMatch(ImageNames::isImage)
              && (named >= 0 ? !isData(named) || !flags.isEmpty() : isUnnamedHeader(flags));
      return isHeader ? withHeader(named, flags, where) : withoutHeader();
    }

    /// A row whose other fields are all classes labels an image, even one called `image`.
    private boolean isData(int image) {
      var others = columns(first).filter(j -> j != image).mapToObj(first::get).toList();
      return !others.isEmpty() && others.stream().allMatch(classes::contains);
    }

    /// A header in words of another language or data set.
    private boolean isUnnamedHeader(Map<Integer, String> flags) {
      return !flags.isEmpty()
          || (first.stream().noneMatch(cell -> !cell.isEmpty() && known(cell))
              && first.stream().filter(cell -> !cell.isEmpty()).count() > 1
              && !rest.isEmpty()
              && rest.stream().allMatch(row -> row.stream().anyMatch(ImageNames::isImage)));
    }

    private CsvColumns withHeader(int named, Map<Integer, String> flags, String where) {
      int image = named >= 0 ? named : Math.max(0, imageColumn(rest));
      var words = others(image, j -> CLASS_WORD.matcher(word(at(first, j))).matches());
      if (words.stream().anyMatch(j -> !isNumeric(rest, j))) {
        words.removeIf(j -> isNumeric(rest, j)); // numbers next to names
      }
      if (words.isEmpty() && flags.isEmpty()) {
        words.addAll(
            others(image, j -> isFilled(j) && rest.stream().allMatch(row -> known(at(row, j)))));
      }
      if (!words.isEmpty()) {
        flags.clear();
      }
      int last = words.isEmpty() ? image : words.getLast();
      boolean isOpen = flags.isEmpty() && blankAfter(last);
      var unread =
          columns(first)
              .filter(j -> j != image && !flags.containsKey(j) && !words.contains(j))
              .mapToObj(first::get)
              .filter(name -> !name.isEmpty())
              .toList();
      if (words.isEmpty() && flags.isEmpty() && !unread.isEmpty()) {
        throw new DataException(
            ("%s: none of the columns %s holds classes; call it 'label', or call a column of 0 and"
                    + " 1 by the name of its class")
                .formatted(where, DataException.shortened(String.join(", ", first))));
      }
      return new CsvColumns(
          true,
          named < 0,
          image,
          words,
          isOpen ? last + 1 : Integer.MAX_VALUE,
          flags,
          unread,
          first.size());
    }

    private CsvColumns withoutHeader() {
      int image = Math.max(0, imageColumn(all));
      var named = others(image, j -> !isNumeric(all, j));
      var numbers = others(image, j -> !named.contains(j));
      boolean hasNames = !named.isEmpty();
      return new CsvColumns(
          false,
          false,
          image,
          hasNames ? named : numbers,
          width(),
          new TreeMap<>(),
          hasNames ? numbers.stream().map(j -> "number " + (j + 1)).toList() : List.of(),
          width());
    }

    /// The column of images, if the first row has a word for it; otherwise −1.
    private int imageWord() {
      var words = first.stream().map(CsvColumns::word).toList();
      int named =
          IMAGE_WORDS.stream().mapToInt(words::indexOf).filter(j -> j >= 0).findFirst().orElse(-1);
      return named < 0 || imageColumn(rest) < 0 ? named : imageColumn(rest);
    }

    /// The column in which most rows have the name of an image file, or −1.
    private static int imageColumn(List<List<String>> rows) {
      int width = rows.stream().mapToInt(List::size).max().orElse(0);
      int column = -1;
      long most = 0;
      for (int j = 0; j < width; j++) {
        int at = j;
        long count = rows.stream().filter(row -> ImageNames.isImage(at(row, at))).count();
        if (count > most) {
          column = j;
          most = count;
        }
      }
      return column;
    }

    /// Columns of zeros and ones, if some are called by the name of a class.
    private Map<Integer, String> flagColumns(int image) {
      var flags = new TreeMap<Integer, String>();
      columns(first)
          .filter(j -> j != image && !first.get(j).isEmpty() && flag(first.get(j)).isEmpty())
          .filter(j -> !CLASS_WORD.matcher(word(first.get(j))).matches())
          .filter(j -> isFilled(j) && rest.stream().allMatch(row -> flag(at(row, j)).isPresent()))
          .forEach(j -> flags.put(j, first.get(j)));
      if (!classes.isDiscovering() && flags.values().stream().noneMatch(classes::contains)) {
        flags.clear();
      } else { // a class with another value is an error of its row
        columns(first)
            .filter(j -> j != image && classes.contains(first.get(j)))
            .forEach(j -> flags.put(j, first.get(j)));
      }
      return flags;
    }

    private boolean isFilled(int column) {
      return rest.stream().anyMatch(row -> !at(row, column).isEmpty());
    }

    private static boolean isNumeric(List<List<String>> rows, int column) {
      return rows.stream().anyMatch(row -> !at(row, column).isEmpty())
          && rows.stream().allMatch(row -> isNumber(at(row, column)));
    }

    private static boolean isNumber(String cell) {
      return cell.isEmpty() || NUMBER.matcher(cell).matches();
    }

    private boolean known(String cell) {
      return ClassCell.areKnown(cell, classes);
    }

    private boolean blankAfter(int column) {
      return first.stream().skip(column + 1L).allMatch(String::isEmpty);
    }

    private List<Integer> others(int image, Predicate<Integer> condition) {
      return new ArrayList<>(
          IntStream.range(0, width()).filter(j -> j != image).boxed().filter(condition).toList());
    }

    private int width() {
      return all.stream().mapToInt(List::size).max().orElse(0);
    }

    private static IntStream columns(List<String> row) {
      return IntStream.range(0, row.size());
    }

    private static String at(List<String> row, int column) {
      return column < row.size() ? row.get(column) : "";
    }
  }
}
