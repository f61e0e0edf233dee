import Agents
import Pictures

/// The categorical latents of a step: a bar for each of the S latents, cut into C colours by their
/// probabilities.
struct LatentBars {
  let rollout: Rollout

  /// S · C.
  private var width: Int { rollout.seen.prior.count / (rollout.steps * rollout.sequences) }

  /// What the model believed before it looked: of the first sample, where it did not look.
  func prior(sequence: Int, step: Int) -> ArraySlice<Float> {
    step < rollout.observed
      ? row(rollout.seen.prior, step, sequence)
      : row(rollout.imagined[0].prior, step - rollout.observed, sequence)
  }

  /// What it believed after; nil where there was nothing to look at.
  func posterior(sequence: Int, step: Int) -> ArraySlice<Float>? {
    guard step < rollout.truth.lengths[sequence] else { return nil }
    return row(rollout.seen.posterior, step, sequence)
  }

  private func row(_ values: [Float], _ step: Int, _ sequence: Int) -> ArraySlice<Float> {
    let start = (step * rollout.sequences + sequence) * width
    return values[start..<start + width]
  }

  /// Draws the bars beside each other, as wide as there is room for; where there is too little, as many
  /// as there is room for.
  func draw(
    _ probabilities: ArraySlice<Float>?, in rectangle: Rectangle, of picture: inout Picture
  ) {
    picture.fill(rectangle, with: Theme.panel)
    guard let probabilities else { return }
    let latents = probabilities.count / rollout.classes
    let shown = min(latents, rectangle.width)
    for latent in 0..<shown {
      let left = latent * rectangle.width / shown
      let width = (latent + 1) * rectangle.width / shown - left
      let start = probabilities.startIndex + latent * rollout.classes
      drawBar(
        probabilities[start..<start + rollout.classes],
        in: Rectangle(
          row: rectangle.row, column: rectangle.column + left, height: rectangle.height,
          width: width > 2 ? width - 1 : width),
        of: &picture)
    }
  }

  /// One latent's bar, its first class at the top.
  private func drawBar(
    _ probabilities: ArraySlice<Float>, in rectangle: Rectangle, of picture: inout Picture
  ) {
    var (sum, top): (Float, Int) = (0, 0)
    for (category, probability) in probabilities.enumerated() {
      sum += probability
      let bottom = min(Int((sum * Float(rectangle.height)).rounded()), rectangle.height)
      var part = rectangle
      (part.row, part.height) = (rectangle.row + top, bottom - top)
      picture.fill(part, with: Theme.category(category, of: rollout.classes))
      top = bottom
    }
  }
}
