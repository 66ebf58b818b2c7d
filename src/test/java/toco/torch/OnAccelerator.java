package toco.torch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// Tests that run on an accelerator: a GPU if there is one, else the stand-in. `mvn verify` runs
/// them in a process of their own, because a process that has an accelerator has page-locked
/// memory, too.
@Tag("accelerator")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnAccelerator {}
