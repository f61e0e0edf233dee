import Pictures
import Testing

@Suite("Drawing")
struct DrawingTests {
  let white = Picture.Color.white

  /// The pixels that are not black, as rows of dots and hashes.
  private func drawn(_ picture: Picture) -> [String] {
    (0..<picture.height).map { row in
      String(
        (0..<picture.width).map { picture.color(row: row, column: $0) == .black ? "." : "#" })
    }
  }

  private func canvas(_ height: Int, _ width: Int) -> Picture {
    Picture(height: height, width: width, color: .black)
  }

  @Test("a rectangle is filled as far as it lies in the picture")
  func fill() {
    var picture = canvas(3, 4)
    picture.fill(Rectangle(row: 1, column: -2, height: 9, width: 4), with: white)
    #expect(drawn(picture) == ["....", "##..", "##.."])
    picture.fill(Rectangle(row: 7, column: 7, height: 2, width: 2), with: white)
    picture.fill(Rectangle(row: -5, column: 0, height: 2, width: 2), with: white)
    #expect(drawn(picture) == ["....", "##..", "##.."])
  }

  @Test("an outline lies inside the rectangle")
  func outline() {
    var picture = canvas(5, 6)
    picture.outline(Rectangle(row: 1, column: 1, height: 4, width: 5), with: white)
    #expect(drawn(picture) == ["......", ".#####", ".#...#", ".#...#", ".#####"])
  }

  @Test("a line has both its ends and no gaps")
  func line() {
    var picture = canvas(3, 6)
    picture.line(from: (2, 0), to: (0, 5), color: white)
    #expect(drawn(picture) == ["....##", "..##..", "##...."])
    var steep = canvas(4, 2)
    steep.line(from: (0, 1), to: (3, 1), color: white)
    #expect(drawn(steep) == [".#", ".#", ".#", ".#"])
  }

  @Test("a picture is copied as far as there is room, grey ones too")
  func draw() {
    var picture = canvas(2, 3)
    let grey = Picture(height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4])
    picture.draw(grey, row: -1, column: 2)
    #expect(picture.pixels == [0, 0, 0, 0, 0, 0, 3, 3, 3] + [UInt8](repeating: 0, count: 9))
    picture.draw(grey, row: 5, column: 0)
    picture.draw(grey, row: 0, column: -2)
    #expect(picture.pixels[6..<9] == [3, 3, 3])
  }

  @Test("letters look like letters, and what the font lacks is a box")
  func text() {
    var picture = canvas(8, 17)
    picture.write("Ag\u{e9}", row: 0, column: 0, color: white)
    #expect(
      drawn(picture) == [
        ".###........#####",
        "#...#.......#...#",
        "#...#..####.#...#",
        "#####.#...#.#...#",
        "#...#.#...#.#...#",
        "#...#..####.#...#",
        "#...#.....#.#####",
        ".......###.......",
      ])
    #expect(Picture.width(of: "Ag\u{e9}") == 17 && Picture.width(of: "") == 0)
    #expect(Picture.width(of: "a", scale: 3) == 15)
  }

  @Test("every printable character of ASCII has a glyph of its own, and so have arrows")
  func glyphs() {
    let characters = (32..<127).map { Character(UnicodeScalar(UInt8($0))) } + "←→↑↓é"
    let all = characters.map { character -> [String] in
      var picture = canvas(8, 5)
      picture.write(String(character), row: 0, column: 0, color: white)
      return drawn(picture)
    }
    // The last is the box of what the font lacks.
    #expect(Set(all).count == 100)
  }

  @Test("a chart's line runs from its least to its greatest value")
  func chart() {
    var picture = canvas(10 + 8, 12)
    let chart = LineChart("", series: [.init([0, nil, 1, 3], color: .green)], range: 0...2)
    #expect(chart.bounds == 0...3)
    chart.draw(in: picture.bounds, of: &picture)
    func isGreen(_ row: Int, _ column: Int) -> Bool {
      picture.color(row: row, column: column) == .green
    }
    // The plot has eight rows below a header of ten; inside its frame and margin, rows 12 to 15 and
    // columns 2 to 9 are left: step t stands in column 2 + 7 t / 3.
    #expect(isGreen(15, 2) && isGreen(14, 6) && isGreen(12, 9))
    #expect(!isGreen(15, 4))
    #expect((0..<18).flatMap { row in (0..<12).filter { isGreen(row, $0) } }.count == 5)
  }

  @Test("a chart of one value or of none has a scale")
  func flatChart() {
    #expect(LineChart("", series: [.init([2, 2], color: .red)]).bounds == 1.5...2.5)
    #expect(LineChart("", series: []).bounds == -0.5...0.5)
    #expect(LineChart("", series: [.init([.nan, 1, 0], color: .red)]).bounds == 0...1)
  }

  @Test(
    "the ends of a scale differ, in few digits",
    arguments: [
      (0, 1, "0", "1"), (-0.5, 0.5, "-0.50", "0.50"), (0.901, 0.904, "0.901", "0.904"),
      (0, 0.001, "0", "0.001"), (0.9, 0.90002, "0.90000", "0.90002"), (-12.5, 20, "-12", "20"),
      (1e-7, 3e-7, "1.0e-07", "3.0e-07"), (1e6, 1e6 + 100, "1000000", "1000100"),
      (0, 2e6, "0", "2.0e+06"), (1e8, 1.002e8, "1.000e+08", "1.002e+08"),
    ] as [(Float, Float, String, String)])
  func ends(low: Float, high: Float, lowText: String, highText: String) {
    #expect(LineChart.text(low, span: high - low) == lowText)
    #expect(LineChart.text(high, span: high - low) == highText)
  }
}
