package toco.files;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The machine's file system, with operations that refuse, as those of network and FUSE file
/// systems do. A subclass overrides what refuses.
public class RefusingFileSystem extends FileSystemProvider {
  /// Before a file's bytes are flushed.
  protected void onForce() throws IOException {}

  /// Before a file is locked.
  protected void onLock() throws IOException {}

  /// Before a folder is opened.
  protected void onOpenFolder() throws IOException {}

  /// Before a file is renamed.
  protected void onMove(Path from, Path to, Set<CopyOption> options) throws IOException {}

  /// Before bytes are written at a position.
  protected void onWrite(long position) throws IOException {}

  /// The same path, on this file system.
  public Path path(Path real) {
    InvocationHandler handler =
        (self, method, arguments) -> {
          if (method.getName().equals("getFileSystem")) {
            return new ItsFileSystem(real.getFileSystem());
          }
          var plain = arguments == null ? new Object[0] : arguments.clone();
          for (int i = 0; i < plain.length; i++) {
            plain[i] = plain[i] instanceof Path path ? real(path) : plain[i];
          }
          try {
            var result = method.invoke(real, plain);
            return result instanceof Path path ? path(path) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Path)
        Proxy.newProxyInstance(
            Marked.class.getClassLoader(), new Class<?>[] {Marked.class}, handler);
  }

  /// A path that was made here.
  public interface Marked extends Path {}

  static Path real(Path path) {
    return path instanceof Marked ? Path.of(path.toString()) : path;
  }

  private static FileSystemProvider machine() {
    return Path.of("").getFileSystem().provider();
  }

  @Override
  public String getScheme() {
    return "refusing";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (machine().readAttributesIfExists(real(path), BasicFileAttributes.class)
            instanceof BasicFileAttributes known
        && known.isDirectory()) {
      onOpenFolder();
    }
    return new ItsChannel(machine().newFileChannel(real(path), options, attributes));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    return machine().newDirectoryStream(real(folder), filter);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    machine().createDirectory(real(folder), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    machine().delete(real(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    machine().copy(real(source), real(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    onMove(real(source), real(target), Set.of(options));
    machine().move(real(source), real(target), options);
  }

  @Override
  public boolean isSameFile(Path a, Path b) throws IOException {
    return machine().isSameFile(real(a), real(b));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return machine().isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return machine().getFileStore(real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    machine().checkAccess(real(path), modes);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return machine().getFileAttributeView(real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return machine().readAttributes(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return machine().readAttributes(real(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    machine().setAttribute(real(path), name, value, options);
  }

  private final class ItsFileSystem extends DelegatingFileSystem {
    ItsFileSystem(FileSystem machine) {
      super(machine);
    }

    @Override
    public FileSystemProvider provider() {
      return RefusingFileSystem.this;
    }
  }

  private final class ItsChannel extends DelegatingFileChannel {
    ItsChannel(FileChannel channel) {
      super(channel);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      onForce();
      super.force(metaData);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      onWrite(position());
      return super.write(from);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      onWrite(position);
      return super.write(from, position);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
      onLock();
      return super.tryLock(position, size, shared);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      onLock();
      return super.lock(position, size, shared);
    }
  }
}
