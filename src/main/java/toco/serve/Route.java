package toco.serve;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A method and a path, and what answers it.
///
/// @param method of HTTP, upper case
/// @param pattern such as `/api/images/{id}/pixels`; a part in braces stands for any plain name
/// @param handler on the request's virtual thread
record Route(String method, String pattern, Handler handler) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  /// Answers a request.
  @FunctionalInterface
  interface Handler {
    /// @throws HttpProblem if the request is refused
    Answer answer(Call call) throws Exception;
  }

  /// The open parts of a path by name, if it is of this route. The path is compared as it was sent:
  /// nothing is decoded or normalised.
  Optional<Map<String, String>> match(String path) {
    var wanted = parts(pattern);
    var given = parts(path);
    if (wanted.size() != given.size()) {
      return Optional.empty();
    }
    var open = new HashMap<String, String>();
    for (int i = 0; i < wanted.size(); i++) {
      var part = wanted.get(i);
      if (!part.startsWith("{")) {
        if (!part.equals(given.get(i))) {
          return Optional.empty();
        }
      } else if (NAME.matcher(given.get(i)).matches()) {
        open.put(part.substring(1, part.length() - 1), given.get(i));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(open);
  }

  private static List<String> parts(String path) {
    return List.of(path.split("/", -1));
  }
}
