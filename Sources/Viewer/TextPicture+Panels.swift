extension TextPicture {
  private static let gap = "  "

  /// Pictures side by side, each below its title; together at most ``columns`` wide.
  package func lines(of panels: [Scene.Panel]) -> [String] {
    guard !panels.isEmpty else { return [] }
    var part = self
    part.columns = max(
      1, (columns - Self.gap.count * (panels.count - 1)) / panels.count)
    let blocks = panels.map { part.block($0) }
    return (0..<(blocks.map(\.lines.count).max() ?? 0)).map { row in
      blocks.map { block in
        block.lines.indices ~= row
          ? block.lines[row] : String(repeating: " ", count: block.width)
      }.joined(separator: Self.gap)
    }
  }

  /// A title and a picture, and how many letters wide they are.
  private func block(_ panel: Scene.Panel) -> (lines: [String], width: Int) {
    // Escape sequences have no width.
    var plain = self
    plain.hasColor = false
    let width = plain.lines(of: panel.picture).map(\.count).max() ?? 0
    let title = panel.title.prefix(width)
    let padded = title + String(repeating: " ", count: width - title.count)
    return ([String(padded)] + lines(of: panel.picture), width)
  }
}
