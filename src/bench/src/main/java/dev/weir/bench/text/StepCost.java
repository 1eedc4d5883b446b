package dev.weir.bench.text;

import dev.weir.text.Checkpoint;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorSource;
import dev.weir.text.weights.StoredTensor;

/**
 * What a step of a model cannot do without.
 *
 * @param bytes of weights that it reads, as the file stores them, whatever the batch is
 * @param multiplyAdds of the linear layers and the output layer, for each row
 */
public record StepCost(long bytes, long multiplyAdds) {

  /** Counts the tensors that are read whole: all but an embedding that is no output layer. */
  public static StepCost of(Checkpoint checkpoint) {
    long bytes = 0;
    long multiplyAdds = 0;
    TensorSource tensors = checkpoint.tensors();
    for (String name : tensors.names()) {
      if (checkpoint.config().tiedEmbeddings() || !name.endsWith("embed_tokens.weight")) {
        TensorDescription tensor = tensors.describe(name);
        bytes += StoredTensor.storedBytes(name, tensor.shape(), tensor.type());
        multiplyAdds += tensor.shape().size() < 2 ? 0 : StoredTensor.elements(name, tensor.shape());
      }
    }
    return new StepCost(bytes, multiplyAdds);
  }
}
