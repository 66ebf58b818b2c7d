/// The configuration of a run as a value: a tree of immutable records ([toco.config.Config] and its
/// sections) that hold the published defaults, check themselves and are read from YAML.
///
/// A component of a section record is a configuration key; its `@Default` is the default value and
/// its Javadoc says what it means. There is no second list of keys anywhere: the reader, the
/// listing and the "did you mean" of an error message all come from the records.
@NullMarked
package toco.config;

import org.jspecify.annotations.NullMarked;
