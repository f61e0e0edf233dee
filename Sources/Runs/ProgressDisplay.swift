import Files
import Foundation

/// Tells how far a run is: some lines that are redrawn in place on a terminal, a plain line every ten
/// seconds elsewhere.
public final class ProgressDisplay {
  /// Where text goes.
  public struct Output {
    /// Whether it understands escape sequences (ECMA-48).
    public var isTerminal: Bool
    /// Whether titles and the bar stand out in what a terminal shows.
    public var isColored: Bool
    /// Rows and columns at the moment.
    public var size: () -> (rows: Int, columns: Int)
    /// Takes text, ends of lines included.
    public var write: (String) -> Void

    /// - Parameters:
    ///   - size: by default 24 rows of 80 columns, for what does not tell.
    ///   - write: takes text, ends of lines included.
    public init(
      isTerminal: Bool, isColored: Bool = false,
      size: @escaping () -> (rows: Int, columns: Int) = { (24, 80) },
      write: @escaping (String) -> Void
    ) {
      self.isTerminal = isTerminal
      self.isColored = isColored
      self.size = size
      self.write = write
    }
  }

  private let output: Output
  private let now: () -> Duration
  /// Time between two looks.
  private let interval: Duration
  private var rates = ProgressRates()
  private var lastShown: Duration?
  /// How many characters stand in each line of the panel, above the cursor.
  private var shownWidths: [Int] = []

  /// - Parameter now: The time since any fixed moment.
  public init(_ output: Output, now: @escaping () -> Duration) {
    self.output = output
    self.now = now
    interval = output.isTerminal ? .milliseconds(200) : .seconds(10)
  }

  /// Notes how far the run is, and shows it where it is time to.
  public func update(_ status: () -> ProgressStatus) {
    let time = now()
    if let lastShown, time - lastShown < interval { return }
    lastShown = time
    show(status(), at: time)
  }

  /// Shows the last state.
  public func finish(_ status: ProgressStatus) { show(status, at: now()) }

  /// Writes a line that stays, above what is redrawn.
  public func say(_ line: String) {
    output.write((output.isTerminal ? eraser : "") + ForeignText.visible(line) + "\n")
    shownWidths = []
    // The panel comes back with the next look.
    lastShown = nil
  }

  private func show(_ status: ProgressStatus, at time: Duration) {
    rates.add(status, at: time)
    guard output.isTerminal else { return output.write(ProgressText.line(status, rates) + "\n") }
    let (rows, columns) = output.size()
    // A line that fills the last column makes some terminals go to the next one.
    let panel = ProgressPanel(status: status, rates: rates)
    let (width, count) = (columns - 1, max(1, rows - 1))
    let erasing = eraser
    let plain = panel.lines(width: width, isColored: false).prefix(count)
    let lines = panel.lines(width: width, isColored: output.isColored).prefix(count)
    shownWidths = plain.map(\.count)
    output.write(erasing + lines.map { $0 + "\n" }.joined())
  }

  /// Moves the cursor to the panel's first line and clears from there (ECMA-48: CPL, ED). A terminal
  /// that has become narrower shows a line in several.
  private var eraser: String {
    if shownWidths.isEmpty { return "" }
    let columns = max(1, output.size().columns)
    let lines = shownWidths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return "\u{1B}[\(lines)F\u{1B}[J"
  }
}

extension ProgressDisplay {
  /// A display on standard error. Colours are left out where the environment has `NO_COLOR`
  /// (no-color.org), and all that is redrawn where its `TERM` is `dumb`.
  public static func standardError() -> ProgressDisplay {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    let clock = ContinuousClock()
    let start = clock.now
    let output = Output(
      isTerminal: isTerminal, isColored: (environment["NO_COLOR"] ?? "").isEmpty,
      size: { terminalSize(STDERR_FILENO) },
      write: {
        // A closed standard error must not end the run.
        try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
      })
    return ProgressDisplay(output, now: { clock.now - start })
  }

  /// Rows and columns of a terminal; 24 by 80 where it does not tell.
  private static func terminalSize(_ descriptor: Int32) -> (rows: Int, columns: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
      return (24, 80)
    }
    return (Int(size.ws_row), Int(size.ws_col))
  }
}
