package toco.model;

import java.util.ArrayList;
import java.util.List;
import toco.config.ModelConfig;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A network of which nothing is known but its segmentation logits, such as a file of another
/// program. It has no tokens and no class activation maps ([#hasMaps]); its image-level logit of a
/// class is the largest lead that the class has over all others at any position, so a class counts
/// as predicted if the segmentation shows it.
public final class LogitNetwork extends Network {
  /// The segmentation. Images come one at a time.
  public interface Logits extends AutoCloseable {
    /// @param image [1, 3, H, W] normalised
    /// @return float32 [1, C, h, w] of any size, background first; in the innermost scope
    Tensor of(Tensor image);

    @Override
    void close();
  }

  /// @param config with the number of classes, and the smallest sizes for all else
  /// @param logits owned by the network
  public LogitNetwork(ModelConfig config, Device device, Logits logits) {
    super(config, new Parameters(device), new LogitEncoder(logits), null);
  }

  @Override
  public boolean hasMaps() {
    return false;
  }

  /// @param patchMap the logits
  @Override
  public Tensor segment(Tensor patchMap) {
    return patchMap;
  }

  /// @param patchMap the logits
  @Override
  public Tensor classLogits(Tensor patchMap) {
    return TensorScope.scoped(() -> {
      var leads = new ArrayList<Tensor>();
      long classes = patchMap.size(1);
      for (long c = 1; c < classes; c++) {
        var before = patchMap.slice(1, 0, c);
        var after = patchMap.slice(1, c + 1, classes);
        var others = Tensor.cat(List.of(before, after), 1).amax(new long[] {1}, false);
        leads.add(patchMap.select(1, c).sub(others).amax(new long[] {1, 2}, false)); // [B]
      }
      return Tensor.stack(leads, 1);
    });
  }

  @Override
  public Tensor auxClassLogits(Tensor auxMap) {
    return classLogits(auxMap);
  }

  @Override
  public Tensor cam(Tensor patchMap) {
    throw noMaps();
  }

  @Override
  public Tensor auxCam(Tensor auxMap) {
    throw noMaps();
  }

  private static UnsupportedOperationException noMaps() {
    return new UnsupportedOperationException("a network of logits has no class activation maps");
  }

  /// Passes logits on as if they were the patch tokens.
  private record LogitEncoder(Logits logits) implements Encoder {
    @Override
    public Encoded forward(Tensor images, long full) {
      var parts = new ArrayList<Tensor>();
      for (long i = 0; i < images.size(0); i++) {
        long image = i;
        parts.add(TensorScope.scoped(() -> logits.of(images.slice(0, image, image + 1))));
      }
      var all = parts.size() == 1 ? parts.getFirst() : Tensor.cat(parts, 0); // [B, C, h, w]
      var tokens = all.flatten(2).transpose(1, 2); // [B, N, C]
      var none = Tensor.full(0, DType.FLOAT32, images.device(), images.size(0), 1);
      var ofFull = tokens.slice(0, 0, full);
      return new Encoded(none, new Tokens(none, ofFull, ofFull, all.size(2), all.size(3)));
    }

    @Override
    public Tensor forwardClass(Tensor images) {
      throw noMaps();
    }

    @Override
    public List<Tensor> patchTokensOfBlocks(Tensor images) {
      throw noMaps();
    }

    @Override
    public void checkpointActivations(boolean on) {}

    @Override
    public void backward() {}

    @Override
    public void close() {
      logits.close();
    }
  }
}
