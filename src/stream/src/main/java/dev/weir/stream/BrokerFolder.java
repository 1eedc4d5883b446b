package dev.weir.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lock on a broker's data folder, taken before anything in it is touched: a second broker on
 * live data damages it.
 */
final class BrokerFolder implements AutoCloseable {
  /** Bytes before this are the holder's pid; the lock lies behind, so that others may read it. */
  private static final long LOCK_POSITION = 64;

  private final FileChannel channel;
  private final FileLock lock;

  private BrokerFolder(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  static BrokerFolder lock(Path folder) {
    Path file = folder.resolve("weir.lock");
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String holder = holder(channel);
        channel.close();
        throw new BrokerException(
            "the data folder %s is in use by another Weir%s; stop that one or choose another --data"
                .formatted(folder, holder));
      }
      String pid = "%-20d".formatted(ProcessHandle.current().pid());
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return new BrokerFolder(channel, lock);
    } catch (IOException e) {
      throw new BrokerException("cannot lock %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCK_POSITION, 1, false);
    } catch (OverlappingFileLockException _) {
      return null; // this very process holds it
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    return pid.isEmpty() ? "" : " (process " + pid + ")";
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new BrokerException("cannot release the lock of the data folder", e);
    }
  }
}
