import Agents
import LatentModels
import Pictures

/// The latents of a step: for each a bar cut into colours by the probabilities of its classes, or a mean
/// with its deviation to either side.
struct LatentBars {
  let rollout: Rollout

  /// Numbers that describe a row.
  private var width: Int { rollout.latent.descriptionWidth }

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
    _ description: ArraySlice<Float>?, in rectangle: Rectangle, of picture: inout Picture
  ) {
    picture.fill(rectangle, with: Theme.panel)
    guard let description else { return }
    let portraits = rollout.latent.portraits(of: description)
    let shown = min(portraits.count, rectangle.width)
    for latent in 0..<shown {
      let left = latent * rectangle.width / shown
      let width = (latent + 1) * rectangle.width / shown - left
      let place = Rectangle(
        row: rectangle.row, column: rectangle.column + left, height: rectangle.height,
        width: width > 2 ? width - 1 : width)
      switch portraits[latent] {
      case .shares(let shares): drawShares(shares, in: place, of: &picture)
      case .interval(let mean, let deviation):
        drawInterval(mean, deviation, in: place, of: &picture)
      }
    }
  }

  /// One latent's bar, its first class at the top.
  private func drawShares(_ shares: [Float], in rectangle: Rectangle, of picture: inout Picture) {
    var (sum, top): (Float, Int) = (0, 0)
    for (category, share) in shares.enumerated() {
      sum += share
      let bottom = min(Int((sum * Float(rectangle.height)).rounded()), rectangle.height)
      var part = rectangle
      (part.row, part.height) = (rectangle.row + top, bottom - top)
      picture.fill(part, with: Theme.category(category, of: shares.count))
      top = bottom
    }
  }

  /// Values that are further from zero stand at the edge.
  private static let farthest: Float = 3

  /// One latent's deviation to either side of its mean, from 3 at the top to -3 at the bottom.
  private func drawInterval(
    _ mean: Float, _ deviation: Float, in rectangle: Rectangle, of picture: inout Picture
  ) {
    let last = rectangle.height - 1
    func row(_ value: Float) -> Int {
      let share = (Self.farthest - value) / (2 * Self.farthest)
      return rectangle.row + Int((min(max(share, 0), 1) * Float(last)).rounded())
    }
    var part = rectangle
    part.row = row(mean + deviation)
    part.height = row(mean - deviation) - part.row + 1
    picture.fill(part, with: Theme.category(0, of: 2))
    (part.row, part.height) = (row(mean), 1)
    picture.fill(part, with: Theme.category(1, of: 2))
  }
}
