/// How a world stands, in characters: for terminals, where no picture can be shown.
public struct Sketch: Sendable, Equatable {
  /// A place of a sketch.
  public struct Cell: Sendable, Equatable {
    /// Two characters, which make a place about as wide as high.
    public var text: String
    /// Red, green and blue in 0...255 on a dark ground; nil where there is nothing to stress.
    public var color: [UInt8]?

    /// - Parameter text: two characters.
    public init(_ text: String, color: [UInt8]? = nil) {
      self.text = text
      self.color = color
    }
  }

  /// Row by row from the top.
  public var rows: [[Cell]]
  /// What the places do not show, such as what the agent holds; empty where there is nothing.
  public var note: String
  /// What the characters mean, a line each.
  public var legend: [String]

  /// - Parameter rows: from the top, each from left to right.
  public init(rows: [[Cell]], note: String = "", legend: [String] = []) {
    self.rows = rows
    self.note = note
    self.legend = legend
  }
}
