package toco.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The recipes that a key or all keys of a section belong to; setting it for another is an error. A
/// key without this belongs to all.
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
@interface OnlyFor {
  RecipeName[] value();
}
