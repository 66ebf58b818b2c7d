package toco.config;

import java.nio.file.Path;
import java.util.List;
import toco.files.UserPath;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;
import tools.jackson.databind.type.LogicalType;

/// Jackson, configured to bind trees to the records strictly: no unknown or missing keys, no values
/// converted from another type.
final class StrictMapper {
  private static final List<CoercionInputShape> NOT_TEXT =
      List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean);

  /// Reads and writes the records.
  static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(paths())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(EnumFeature.READ_ENUMS_USING_TO_STRING)
          .enable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              text -> NOT_TEXT.forEach(shape -> text.setCoercion(shape, CoercionAction.Fail)))
          .build();

  private StrictMapper() {}

  /// Reads and writes paths as plain text; by default Jackson uses URIs.
  private static SimpleModule paths() {
    return new SimpleModule()
        .addSerializer(Path.class, ToStringSerializer.instance)
        .addDeserializer(Path.class, new PathReader());
  }

  private static final class PathReader extends StdDeserializer<Path> {
    PathReader() {
      super(Path.class);
    }

    @Override
    public Path deserialize(JsonParser parser, DeserializationContext context) {
      if (!parser.hasToken(JsonToken.VALUE_STRING)) {
        return (Path) context.handleUnexpectedToken(Path.class, parser);
      }
      try {
        return UserPath.of(parser.getString());
      } catch (IllegalArgumentException e) {
        throw new ConfigException(null, String.valueOf(e.getMessage()));
      }
    }
  }
}
