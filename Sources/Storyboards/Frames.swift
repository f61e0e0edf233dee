import Agents
import Pictures

/// The size of an image in its border.
struct TileSize {
  let height: Int
  let width: Int
  /// The side of an image's pixels.
  let scale: Int

  init(_ tiles: Tiles, scale: Int) {
    height = tiles.height * scale + 2 * Theme.border
    width = tiles.width * scale + 2 * Theme.border
    self.scale = scale
  }
}

/// Where everything stands in a frame of a moving storyboard: a column for each sequence.
struct FrameLayout {
  let tile: TileSize
  let rows: Int
  let sequences: Int
  /// Pixels that the lines at the top are wide.
  let textWidth: Int

  private static let header = 2 * Theme.margin + 3 * Picture.textHeight

  var width: Int {
    let columns = Theme.labelWidth + sequences * (tile.width + Theme.gap) - Theme.gap
    return 2 * Theme.margin + max(columns, textWidth)
  }

  var height: Int { barTop(2) - Theme.gap / 2 + Theme.margin }

  func fits(width: Int, height: Int) -> Bool { self.width <= width && self.height <= height }

  func column(_ sequence: Int) -> Int {
    Theme.margin + Theme.labelWidth + sequence * (tile.width + Theme.gap)
  }

  func place(_ row: Int, _ sequence: Int) -> Rectangle {
    Rectangle(
      row: Self.header + row * (tile.height + 4), column: column(sequence), height: tile.height,
      width: tile.width)
  }

  func chart(_ index: Int, _ sequence: Int) -> Rectangle {
    let top = Self.header + rows * (tile.height + 4) + Theme.gap / 2
    return Rectangle(
      row: top + index * (Theme.chartHeight + Theme.gap / 2), column: column(sequence),
      height: Theme.chartHeight, width: tile.width)
  }

  private func barTop(_ index: Int) -> Int {
    chart(Chart.allCases.count, 0).row + index * (Theme.barHeight + Theme.gap / 2)
  }

  func bar(_ index: Int, _ sequence: Int) -> Rectangle {
    Rectangle(
      row: barTop(index), column: column(sequence), height: Theme.barHeight, width: tile.width)
  }
}

extension Storyboard {
  func frame(step: Int, _ layout: FrameLayout) -> Picture {
    var picture = Picture(
      height: layout.height, width: layout.width, color: Theme.background)
    drawHeader(step, on: &picture)
    for (index, row) in rows.enumerated() {
      let place = layout.place(index, 0)
      drawLabel(of: row, at: place, on: &picture)
      for sequence in 0..<rollout.sequences {
        drawTile(
          row, sequence: sequence, step: step, scale: layout.tile.scale,
          at: layout.place(index, sequence), on: &picture)
      }
    }
    drawLegend(from: layout.chart(0, 0).row + Picture.textHeight + 8, on: &picture)
    drawBarLabels(on: &picture) { layout.bar($0, 0) }
    for sequence in 0..<rollout.sequences {
      drawBars(sequence: sequence, step: step, on: &picture) { layout.bar($0, sequence) }
      for (index, chart) in Chart.allCases.enumerated() {
        lines.chart(chart, sequence: sequence, marker: step)
          .draw(in: layout.chart(index, sequence), of: &picture)
      }
    }
    return picture
  }

  private func drawHeader(_ step: Int, on picture: inout Picture) {
    picture.write(title, row: Theme.margin, column: Theme.margin, color: Theme.text)
    picture.write(
      status(of: step), row: Theme.margin + Picture.textHeight + 4, column: Theme.margin,
      color: Self.color(step: step, observed: rollout.observed))
  }

  /// What stands below the title.
  func status(of step: Int) -> String {
    let observed = rollout.observed
    return step < observed
      ? "step \(step + 1): observed" : "step \(step + 1): imagined, \(step - observed + 1) ahead"
  }
}
