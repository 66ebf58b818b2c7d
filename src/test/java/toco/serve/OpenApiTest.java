package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import toco.torch.TensorScope;
import tools.jackson.databind.JsonNode;

/// The description of the API and the server say the same.
class OpenApiTest extends ServeFixture {
  private static final Pattern PART = Pattern.compile("\\{(\\w+)}");

  private JsonNode document(Client client) throws IOException {
    return client.json("/openapi.json");
  }

  @Test
  void everyPathIsDescribedAndEveryDescribedPathIsThere() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      var described = new TreeSet<String>();
      for (var path : document(client).get("paths").properties()) {
        for (var method : path.getValue().properties()) {
          described.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
        }
      }
      var served =
          server.paths().stream()
              .filter(path -> path.matches("\\w+ (/api/.*|/metrics|/openapi.json)"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(served, described);
    }
  }

  @Test
  void itsReferencesAndPathParametersExist() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      var document = document(client);
      assertEquals("3.1.0", document.get("openapi").asString());
      for (var reference : document.findValuesAsString("$ref")) {
        assertTrue(reference.startsWith("#/"), reference);
        assertFalse(document.at(reference.substring(1)).isMissingNode(), reference);
      }
      for (var path : document.get("paths").properties()) {
        var parts = PART.matcher(path.getKey()).results().map(it -> it.group(1)).sorted().toList();
        for (var operation : path.getValue().properties()) {
          var named = new ArrayList<String>();
          for (var parameter : operation.getValue().path("parameters")) {
            if (parameter.get("in").asString().equals("path")) {
              named.add(parameter.get("name").asString());
            }
          }
          assertEquals(parts, named.stream().sorted().toList(), path.getKey());
          assertTrue(operation.getValue().get("responses").size() > 0, path.getKey());
        }
      }
    }
  }

  /// The JSON answers have the members that their schemas require, and no others.
  @Test
  void answersFitTheirSchemas() throws IOException {
    var choice = new Choice();
    choice.annotations = folder.resolve("corrections");
    var run = folder.resolve("runs/first");
    Files.createDirectories(run);
    Files.writeString(run.resolve("config.yaml"), config().toYaml());
    choice.runs = List.of(folder.resolve("runs"));
    try (var server = server(choice);
        var client = new Client(server)) {
      var document = document(client);
      var runId = client.json("/api/runs").get("runs").get(0).get("id").asString();
      var stroke =
          "{\"labels\":[\"disc\"],\"strokes\":[{\"label\":1,\"radiusPx\":2,\"points\":[[1,1]]}]}";
      assertEquals(200, client.put("/api/annotations/val-0", stroke).statusCode());
      for (var path :
          List.of(
              "/api/health",
              "/api/info",
              "/api/images",
              "/api/images/{id}|val-0",
              "/api/annotations",
              "/api/annotations/{id}|val-0",
              "/api/runs",
              "/api/runs/{id}|" + runId,
              "/api/runs/{id}/metrics|" + runId)) {
        var pattern = path.split("\\|")[0];
        var id = path.substring(path.indexOf('|') + 1);
        var schema =
            document
                .get("paths")
                .get(pattern)
                .at("/get/responses/200/content/application~1json/schema");
        fits(client.json(pattern.replace("{id}", id)), schema, document, pattern);
      }
      var refused = client.get("/api/images/none");
      fits(Client.json(404, refused), schema(document, "Error"), document, "error");
    }
  }

  @Test
  void infoOfArraysFitsItsSchema() throws IOException {
    try (var server = server();
        var client = new Client(server);
        var _ = TensorScope.open()) {
      var document = document(client);
      fits(
          arrays(client.get("/api/images/val-0/analysis")).info(),
          schema(document, "Analysis"),
          document,
          "analysis");
      fits(
          arrays(client.get("/api/images/val-0/similarity?row=0&column=0")).info(),
          schema(document, "Similarity"),
          document,
          "similarity");
    }
  }

  private static JsonNode schema(JsonNode document, String name) {
    return document.at("/components/schemas/" + name);
  }

  private static void fits(JsonNode value, JsonNode schema, JsonNode document, String where) {
    if (schema.has("$ref")) {
      fits(value, document.at(schema.get("$ref").asString().substring(1)), document, where);
      return;
    }
    if (schema.has("allOf")) {
      var known = new TreeSet<String>();
      for (var part : schema.get("allOf")) {
        var resolved =
            part.has("$ref") ? document.at(part.get("$ref").asString().substring(1)) : part;
        members(value, resolved, document, where);
        known.addAll(resolved.get("properties").propertyNames());
      }
      assertEquals(Set.of(), unknown(value, known), where);
      return;
    }
    var types = new ArrayList<String>();
    if (schema.path("type").isArray()) {
      schema.get("type").forEach(type -> types.add(type.asString()));
    } else {
      types.add(schema.path("type").asString(""));
    }
    assertTrue(types.contains(typeOf(value, types)), where + ": " + value + " is no " + types);
    if (value.isObject() && schema.has("properties")) {
      members(value, schema, document, where);
      var known = new TreeSet<>(schema.get("properties").propertyNames());
      assertEquals(Set.of(), unknown(value, known), where);
    }
    if (value.isArray() && schema.has("items")) {
      for (var item : value) {
        fits(item, schema.get("items"), document, where + "[]");
      }
    }
    if (schema.has("enum")) {
      assertTrue(schema.get("enum").valueStream().anyMatch(value::equals), where + ": " + value);
    }
  }

  private static Set<String> unknown(JsonNode value, Set<String> known) {
    var names = new TreeSet<>(value.propertyNames());
    names.removeAll(known);
    return names;
  }

  private static void members(JsonNode value, JsonNode schema, JsonNode document, String where) {
    for (var name : schema.path("required")) {
      assertTrue(value.has(name.asString()), where + " lacks " + name);
    }
    for (var member : schema.get("properties").properties()) {
      if (value.has(member.getKey())) {
        fits(
            value.get(member.getKey()), member.getValue(), document, where + "." + member.getKey());
      }
    }
  }

  private static String typeOf(JsonNode value, List<String> wanted) {
    return switch (value.getNodeType()) {
      case OBJECT -> "object";
      case ARRAY -> "array";
      case STRING -> "string";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case NUMBER -> value.isIntegralNumber() && wanted.contains("integer") ? "integer" : "number";
      default -> "?";
    };
  }
}
