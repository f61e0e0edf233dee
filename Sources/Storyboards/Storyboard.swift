import Agents
import Pictures

/// A rollout to be looked at: rows of images, in borders that are green while the model observes and
/// red while it imagines; below them what it predicts beside what came, and its latents.
///
/// ``frame(step:)`` has time in time and sequences side by side, ``strip()`` has time from left to right
/// and sequences beneath each other.
package struct Storyboard: Sendable {
  package let rollout: Rollout
  /// Which of the image keys is shown.
  package let imageIndex: Int
  /// What stands above everything.
  package let title: String
  /// The side of an image's pixels; nil for what fits.
  package let scale: Int?
  let tiles: Tiles
  let lines: Lines
  let bars: LatentBars

  /// - Precondition: the world shows an image.
  package init(_ rollout: Rollout, title: String, imageIndex: Int = 0, scale: Int? = nil) {
    self.rollout = rollout
    self.imageIndex = imageIndex
    self.title = title
    self.scale = scale
    tiles = Tiles(rollout, index: imageIndex)
    lines = Lines(rollout: rollout)
    bars = LatentBars(rollout: rollout)
  }

  /// The rows of images, from top to bottom.
  package var rows: [TileRow] {
    [.truth, .reconstruction] + rollout.imagined.indices.map { .imagination($0) } + [.error]
  }

  /// The picture of one step.
  package func frame(step: Int) -> Picture {
    frame(step: step, usualFrameLayout)
  }

  var usualFrameLayout: FrameLayout { frameLayout(scale: scale ?? usualScale) }

  /// The picture of one step for a space of so many pixels: with the largest images that there is room
  /// for. Where all of it has room twice, it is drawn for half the space, to be enlarged.
  package func frame(step: Int, width: Int, height: Int) -> Picture {
    let usual = frameLayout(scale: usualScale)
    let enlargement = max(1, min(width / usual.width, height / usual.height))
    let (width, height) = (width / enlargement, height / enlargement)
    let scales = (1...2 * usualScale).reversed()
    let largest = scales.first { frameLayout(scale: $0).fits(width: width, height: height) }
    return frame(step: step, frameLayout(scale: scale ?? largest ?? 1))
  }

  private var usualScale: Int { max(1, 112 / tiles.height) }

  private func frameLayout(scale: Int) -> FrameLayout {
    FrameLayout(
      tile: TileSize(tiles, scale: scale), rows: rows.count, sequences: rollout.sequences,
      textWidth: [title, status(of: rollout.steps - 1)].map { Picture.width(of: $0) }.max() ?? 0)
  }

  /// All steps in one picture.
  package func strip() -> Picture {
    let layout = stripLayout
    var picture = Picture(
      height: layout.height, width: layout.width, color: Theme.background)
    picture.write(
      title, row: Theme.margin, column: Theme.margin, color: Theme.text, scale: Self.titleScale)
    for sequence in 0..<rollout.sequences { draw(sequence, layout, on: &picture) }
    return picture
  }

  var stripLayout: StripLayout {
    StripLayout(
      tile: TileSize(tiles, scale: scale ?? max(1, 56 / tiles.height)), rows: rows.count,
      sequences: rollout.sequences, steps: rollout.steps,
      titleWidth: Picture.width(of: title, scale: Self.titleScale))
  }

  /// The side of the pixels of a strip's title.
  private static let titleScale = 2

  /// Green or red.
  static func color(step: Int, observed: Int) -> Picture.Color {
    step < observed ? Theme.observed : Theme.imagined
  }

  /// An image in its border, or an empty place.
  func drawTile(
    _ row: TileRow, sequence: Int, step: Int, scale: Int, at place: Rectangle,
    on picture: inout Picture
  ) {
    picture.fill(place, with: Theme.panel)
    picture.outline(
      place, with: Self.color(step: step, observed: rollout.observed), thickness: Theme.border)
    let inside = place.inset(by: Theme.border)
    if let tile = tiles.picture(row, sequence: sequence, step: step) {
      picture.draw(tile.enlarged(by: scale), row: inside.row, column: inside.column)
    } else {
      let words = wordsForNothing(sequence: sequence, width: inside.width)
      picture.write(
        words, row: inside.row + (inside.height - Picture.textHeight) / 2,
        column: inside.column + (inside.width - Picture.width(of: words)) / 2,
        color: Theme.faintText)
    }
  }

  /// Why there is nothing to show: the episode has ended, or nothing tells how it goes on.
  private func wordsForNothing(sequence: Int, width: Int) -> String {
    if rollout.truth.hasEnd(sequence) { return "ended" }
    let words = "unknown"
    return Picture.width(of: words) <= width ? words : "?"
  }

  /// Words that end at the left of a row, in its middle.
  func drawLabel(
    _ text: String, color: Picture.Color = Theme.text, row: Int, on picture: inout Picture
  ) {
    picture.write(
      text, row: row - Picture.textHeight / 2,
      column: Theme.margin + Theme.labelWidth - 8 - Picture.width(of: text), color: color)
  }

  /// The name of a row of images; of several samples, in the colour of its lines.
  func drawLabel(of row: TileRow, at place: Rectangle, on picture: inout Picture) {
    let samples = rollout.imagined.count
    var color = Theme.text
    if case .imagination(let sample) = row, samples > 1 { color = Theme.sample(sample) }
    drawLabel(
      row.label(samples: samples), color: color, row: place.row + place.height / 2, on: &picture)
  }

  /// The names of the two rows of latents.
  func drawBarLabels(on picture: inout Picture, at place: (Int) -> Rectangle) {
    for (index, label) in ["posterior", "prior"].enumerated() {
      drawLabel(label, row: place(index).row + place(index).height / 2, on: &picture)
    }
  }

  /// A step's latents, after it was looked at and before.
  func drawBars(
    sequence: Int, step: Int, on picture: inout Picture, at place: (Int) -> Rectangle
  ) {
    bars.draw(
      bars.posterior(sequence: sequence, step: step), in: place(0), of: &picture)
    bars.draw(bars.prior(sequence: sequence, step: step), in: place(1), of: &picture)
  }

  /// What the colours of lines mean, beside the charts.
  func drawLegend(from top: Int, on picture: inout Picture) {
    var entries: [(String, Picture.Color)] = [
      ("truth", Theme.truth), ("seen", Theme.observed),
      ("imagined", Theme.imagined), ("prior", Theme.prior),
    ]
    if rollout.imagined.isEmpty { entries.remove(at: 2) }
    for (index, entry) in entries.enumerated() {
      drawLabel(entry.0, color: entry.1, row: top + index * (Picture.textHeight + 4), on: &picture)
    }
  }
}
