import Agents
import Pictures

/// Where everything stands in a strip: a block for each sequence, a column for each step.
struct StripLayout {
  let tile: TileSize
  let rows: Int
  let sequences: Int
  let steps: Int
  let titleWidth: Int

  private static let header = 2 * Theme.margin + 2 * Picture.textHeight

  /// Rows that a sequence takes, without the distance to the next.
  private var blockHeight: Int {
    let numbers = Picture.textHeight + 4
    let charts = Chart.allCases.count * (Theme.chartHeight + Theme.gap / 2)
    return numbers + rows * (tile.height + 2) + charts + 2 * (Theme.barHeight + 4)
  }

  var height: Int { Self.header + sequences * (blockHeight + 2 * Theme.margin) - Theme.margin }

  var width: Int {
    2 * Theme.margin + max(Theme.labelWidth + steps * (tile.width + 2) - 2, titleWidth)
  }

  private func top(_ sequence: Int) -> Int {
    Self.header + sequence * (blockHeight + 2 * Theme.margin)
  }

  func column(_ step: Int) -> Int { Theme.margin + Theme.labelWidth + step * (tile.width + 2) }

  /// Columns of tiles that a number needs, with a space after it.
  func columns(for number: String) -> Int {
    (Picture.width(of: number + " ") + tile.width + 1) / (tile.width + 2)
  }

  /// Where a step's number stands.
  func number(_ sequence: Int) -> Int { top(sequence) }

  func place(_ row: Int, _ sequence: Int, step: Int) -> Rectangle {
    Rectangle(
      row: top(sequence) + Picture.textHeight + 4 + row * (tile.height + 2), column: column(step),
      height: tile.height, width: tile.width)
  }

  func chart(_ index: Int, _ sequence: Int) -> Rectangle {
    Rectangle(
      row: place(rows, sequence, step: 0).row + 2 + index * (Theme.chartHeight + Theme.gap / 2),
      column: column(0), height: Theme.chartHeight, width: steps * (tile.width + 2) - 2)
  }

  func bar(_ index: Int, _ sequence: Int, step: Int) -> Rectangle {
    Rectangle(
      row: chart(Chart.allCases.count, sequence).row + index * (Theme.barHeight + 4),
      column: column(step), height: Theme.barHeight, width: tile.width)
  }
}

extension Storyboard {
  /// The numbers of the steps; where tiles are narrower than numbers, of every other one, or fewer. The
  /// first step and the first imagined one always have theirs.
  private func drawNumbers(_ sequence: Int, _ layout: StripLayout, on picture: inout Picture) {
    for part in [0..<rollout.observed, rollout.observed..<rollout.steps] where !part.isEmpty {
      let every = layout.columns(for: number(of: part.upperBound - 1))
      for step in stride(from: part.lowerBound, to: part.upperBound, by: every)
      where step == part.lowerBound || step + every <= part.upperBound {
        picture.write(
          number(of: step), row: layout.number(sequence), column: layout.column(step),
          color: Self.color(step: step, observed: rollout.observed))
      }
    }
  }

  private func number(of step: Int) -> String {
    step < rollout.observed
      ? "\(step + 1)" : "\(step + 1) (+\(step - rollout.observed + 1))"
  }

  /// One sequence's block.
  func draw(_ sequence: Int, _ layout: StripLayout, on picture: inout Picture) {
    drawNumbers(sequence, layout, on: &picture)
    for (index, row) in rows.enumerated() {
      let place = layout.place(index, sequence, step: 0)
      drawLabel(of: row, at: place, on: &picture)
      for step in 0..<rollout.steps {
        drawTile(
          row, sequence: sequence, step: step, scale: layout.tile.scale,
          at: layout.place(index, sequence, step: step), on: &picture)
      }
    }
    drawLegend(
      from: layout.chart(0, sequence).row + Picture.textHeight + 8, on: &picture)
    for (index, chart) in Chart.allCases.enumerated() {
      lines.chart(chart, sequence: sequence, marker: nil).draw(
        in: layout.chart(index, sequence), of: &picture
      ) { layout.column($0) + layout.tile.width / 2 }
    }
    drawBarLabels(on: &picture) { layout.bar($0, sequence, step: 0) }
    for step in 0..<rollout.steps {
      drawBars(sequence: sequence, step: step, on: &picture) {
        layout.bar($0, sequence, step: step)
      }
    }
  }
}
