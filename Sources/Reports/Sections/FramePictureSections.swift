import AutoencoderTraining
import Foundation
import Pictures

/// What a model of frames makes of frames, and frames that it makes.
struct FramePictureSections: FrameStudySections {
  let studies: [FrameStudy]
  let names: [String]
  /// Whether several groups are compared, so that each needs its name.
  let isComparison: Bool

  private static func film(_ picture: Picture, _ words: String) -> String {
    (try? picture.png()).flatMap { PictureSections.film($0, type: "png", words: words) } ?? ""
  }

  var reconstructions: PageSection? {
    section(
      "reconstructions", "Reconstructions",
      note:
        "Held-out frames above, what is made of them in the middle, and below the difference: grey "
        + "where there is none, bright where the frame is brighter, dark where it is darker."
    ) {
      Self.film(
        $0.reconstructions,
        "The first held-out frames after \(Numbers.whole($0.trained.updates)) updates")
    }
  }

  var samples: PageSection? {
    section(
      "samples", "Samples",
      note:
        "Frames that were never seen. Where those from the prior look worse than those from latents "
        + "of frames, the prior has holes: places that no frame has taught the decoder."
    ) { study in
      study.samples.map { Self.film($0.picture, Self.words($0.source)) }.joined()
    }
  }

  private static func words(_ source: LatentSource) -> String {
    switch source {
    case .prior: "From the prior that the model was trained with"
    case .aggregate: "From the aggregate posterior, which is where frames have their latents"
    case .mixture:
      "From a mixture of ten normal distributions that is fitted to the aggregate posterior"
    }
  }

  var traversals: PageSection? {
    section(
      "traversals", "What single latents mean",
      note:
        "The first held-out frame with one number of its latents moved, all else as it was: those that "
        + "carry most first."
    ) { $0.traversal.map(Self.table) }
  }

  private static func table(_ traversal: FrameTraversal) -> String {
    let rows = zip(traversal.dimensions, traversal.pictures).map { dimension, pictures in
      ["dimension \(dimension)"]
        + zip(pictures, traversal.values).map { picture, value in
          (try? picture.png()).map {
            HTML.image(
              $0, type: "image/png",
              alternative: "dimension \(dimension) at \(Numbers.short(Double(value)))",
              width: picture.width, height: picture.height)
          } ?? ""
        }
    }
    return HTML.table(
      "Decoded frames by dimension and value, in standard deviations of a standard normal prior",
      head: ["Latent"] + traversal.values.map { Numbers.short(Double($0)) }, rows: rows,
      class: "tiles")
  }
}
