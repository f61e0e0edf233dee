import ImageKernels
import Kernels

extension WorldModel {
  /// All convolutions, as the reference names them.
  package var convolutions: [(name: String, convolution: Convolution)] {
    let down = encoder.stages.enumerated().map {
      ("enc/cnn\($0)", $1.convolution.convolution)
    }
    return down + (decoder.imageBranch?.convolutions ?? [])
  }

  /// What of the configuration was not taken as it stands, in words.
  ///
  /// - Parameters:
  ///   - encoderStages, decoderStages: the lengths of the configured `mults`.
  package func notes(encoderStages: Int, decoderStages: Int) -> [String] {
    guard let images = encoder.images else { return [] }
    let size = "images of \(images.shape.height)×\(images.shape.width)"
    var notes: [String] = []
    for (name, used, wanted) in [
      ("encoder", encoder.stages.count, encoderStages),
      ("decoder", decoder.imageBranch?.stageCount ?? 0, decoderStages),
    ] where used < wanted {
      notes.append("\(size): the \(name) uses the first \(used) of \(wanted) mults")
    }
    return notes
  }
}
