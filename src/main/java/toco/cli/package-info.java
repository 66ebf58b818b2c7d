/// The command line: a class a subcommand, which calls what does the work and prints the result.
@NullMarked
package toco.cli;

import org.jspecify.annotations.NullMarked;
