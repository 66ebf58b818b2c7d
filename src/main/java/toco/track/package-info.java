/// Reports runs to MLflow: a thread that follows a run's folder and sends what is new. Training
/// only starts and ends it, so a server that is slow or away costs it nothing, and what could not
/// be sent is still in the folder.
@NullMarked
package toco.track;

import org.jspecify.annotations.NullMarked;
