/// The command line: one class per subcommand, which calls the code that does the work and prints
/// the result.
@NullMarked
package toco.cli;

import org.jspecify.annotations.NullMarked;
