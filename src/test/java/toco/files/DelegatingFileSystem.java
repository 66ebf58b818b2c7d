package toco.files;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Set;

/// A file system that does what another one does.
abstract class DelegatingFileSystem extends FileSystem {
  private final FileSystem other;

  DelegatingFileSystem(FileSystem other) {
    this.other = other;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return other.isOpen();
  }

  @Override
  public boolean isReadOnly() {
    return other.isReadOnly();
  }

  @Override
  public String getSeparator() {
    return other.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return other.getRootDirectories();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return other.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return other.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return other.getPath(first, more);
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    return other.getPathMatcher(syntaxAndPattern);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return other.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
