import Files
import Foundation

/// What a terminal shows of a run: some lines of parts.
///
/// ```
/// [############......................]  34 %  2720/8000 steps, 12 min left
/// return  0.83, best 0.91   290 updates, 1.02 updates/s, 10.3 steps/s
/// losses  image 12.34  rew 0.213  con 0.021  policy -0.004  value 2.310
/// KL      3.21 nats, 1.00 free, 12 % of rows below
/// latents 28 of 32 active, perplexity 3.1
/// memory  553 MB, 12000 windows of replay
/// ```
struct ProgressPanel {
  let status: ProgressStatus
  let rates: ProgressRates

  /// A stretch of a line; titles stand out where colours are wanted.
  enum Part: Equatable {
    case title(String)
    case bar(String)
    case text(String)

    fileprivate var text: String {
      switch self {
      case .title(let text), .bar(let text), .text(let text): text
      }
    }

    /// The escape sequence that begins it (ECMA-48, 8.3.117): bold, green, nothing.
    fileprivate var style: String? {
      switch self {
      case .title: "\u{1B}[1m"
      case .bar: "\u{1B}[32m"
      case .text: nil
      }
    }
  }

  /// The lines, each of at most `width` characters.
  func lines(width: Int, isColored: Bool) -> [String] {
    ([progress(width: width), score, losses(width: width)].compactMap { $0 }
      + status.details.lines.map { row($0.title, $0.text) })
      .map { Self.line($0, width: width, isColored: isColored) }
  }

  /// The parts after each other, cut where the line is full.
  private static func line(_ parts: [Part], width: Int, isColored: Bool) -> String {
    var left = max(width, 0)
    return parts.map { part in
      let text = ForeignText.visible(part.text).prefix(left)
      left -= text.count
      guard isColored, let style = part.style, !text.isEmpty else { return String(text) }
      return style + text + "\u{1B}[0m"
    }.joined()
  }

  private func progress(width: Int) -> [Part] {
    var text = " \(pad("\(ProgressText.percent(status))", 3)) %  "
    text += "\(status.steps)/\(status.totalSteps) steps"
    if let left = rates.secondsLeft { text += ", \(ProgressText.duration(left)) left" }
    let cells = min(width - text.count - 2, 40)
    guard cells >= 8 else { return [.text(text.trimmingCharacters(in: .whitespaces))] }
    let done = min(cells, cells * status.steps / max(1, status.totalSteps))
    return [
      .text("["), .bar(String(repeating: "#", count: done)),
      .text(String(repeating: ".", count: cells - done) + "]" + text),
    ]
  }

  private var score: [Part]? {
    var text = status.score?.fixed(2) ?? "none yet"
    if let best = status.details.bestScore { text += ", best \(best.fixed(2))" }
    text += "   \(status.updates) updates"
    if let rate = rates.rate(\.updates) {
      text += ", \(rate.fixed(2)) updates/s"
    }
    if let rate = rates.rate(\.steps) {
      text += ", \(rate.fixed(1)) steps/s"
    }
    return row(status.scoreName, text)
  }

  /// As many as there is room for.
  private func losses(width: Int) -> [Part]? {
    var texts = status.details.losses.map { "\($0.name) \($0.value.short)" }
    while texts.count > 1, texts.joined(separator: "  ").count + 8 > width { texts.removeLast() }
    return texts.isEmpty ? nil : row("losses", texts.joined(separator: "  "))
  }

  private func row(_ title: String, _ text: String) -> [Part] {
    [.title(title), .text(String(repeating: " ", count: max(1, 8 - title.count)) + text)]
  }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
