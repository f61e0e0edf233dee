import Pictures
import Testing
import Viewer

@Suite("Scenes")
struct SceneTests {
  private let white = Picture(height: 4, width: 4, color: .white)

  /// How many pixels have a color.
  private func count(_ color: Picture.Color, in picture: Picture) -> Int {
    (0..<picture.height).reduce(0) { sum, row in
      sum + (0..<picture.width).count { picture.color(row: row, column: $0) == color }
    }
  }

  @Test("pictures are as large as the window allows, in whole pixels, side by side")
  func panels() {
    let scene = Scene(panels: [.init("left", white), .init("right", white)], lines: ["a line"])
    // 4 pixels of margin and between; a title and a line of 11: 200 - 8 - 22 = 170 rows,
    // (320 - 8 - 4) / 2 = 154 columns; 4 · 38 = 152.
    #expect(count(.white, in: scene.picture(width: 320, height: 200)) == 2 * 152 * 152)
  }

  @Test("lines of text stand at the bottom")
  func lines() {
    let scene = Scene(panels: [], lines: ["one", "two"])
    var expected = Picture(height: 100, width: 200, color: LineChart.Style.dark.background)
    for (line, row) in [("one", 74), ("two", 85)] {
      expected.write(line, row: row, column: 4, color: LineChart.Style.dark.text)
    }
    #expect(scene.picture(width: 200, height: 100) == expected)
  }

  @Test("a line that is too long goes on in the next, broken between its parts where it can be")
  func wrapped() {
    // (100 - 8 + 1) / 6 = 15 letters fit.
    let scene = Scene(panels: [], lines: ["reward 1  value 12", "a word and others", "short"])
    let broken = Scene(
      panels: [], lines: ["reward 1", "value 12", "a word and", "others", "short"])
    #expect(scene.picture(width: 100, height: 100) == broken.picture(width: 100, height: 100))
    #expect(scene.picture(width: 120, height: 100) != broken.picture(width: 120, height: 100))
  }

  @Test("any size of window can be drawn", arguments: [(1, 1), (40, 300), (300, 12), (1000, 700)])
  func sizes(width: Int, height: Int) {
    let chart = LineChart("x", series: [.init([1, 2], color: .red)])
    let scene = Scene(
      panels: [.init("a", white)], charts: [chart], lines: ["one", "two"],
      help: [KeyHelp([.left], "left")], showsHelp: true)
    let picture = scene.picture(width: width, height: height)
    #expect(picture.width == width && picture.height == height)
  }

  @Test("a chart stands between the pictures and the text")
  func charts() {
    let chart = LineChart("x", series: [.init([0, 1], color: .red)])
    let scene = Scene(panels: [.init("a", white)], charts: [chart], lines: ["one"])
    let picture = scene.picture(width: 300, height: 190)
    let rows = (0..<190).filter { row in
      (0..<300).contains { picture.color(row: row, column: $0) == .red }
    }
    // Of 190 - 8 - 11 rows the chart has 48, less its title.
    #expect(rows.first.map { $0 > 127 } == true && rows.last.map { $0 < 175 } == true)
  }

  @Test("help covers the scene while it is wanted")
  func help() {
    var scene = Scene(panels: [.init("a", white)], help: [KeyHelp([.escape], "quit")])
    let plain = scene.picture(width: 200, height: 100)
    scene.showsHelp = true
    let helped = scene.picture(width: 200, height: 100)
    // The box is about as wide as its nine letters; around it white is darkened.
    #expect(count(.white, in: plain) > 5000 && count(.white, in: helped) < 200)
    #expect(count(Picture.Color(85, 85, 85), in: helped) > 3000)
  }

  @Test("keys and meanings stand below each other")
  func helpLines() {
    let help = [
      KeyHelp([.up, .character("w")], "forward"), KeyHelp([.character(" ")], "toggle"),
      KeyHelp([.function(1)], "help"),
    ]
    #expect(KeyHelp.lines(help) == ["↑ w    forward", "space  toggle", "F1     help"])
  }

  @Test("a picture is enlarged in whole pixels, or loses some where there is no room")
  func fitting() throws {
    let picture = Picture(height: 1, width: 4, channels: 1, pixels: [1, 2, 3, 4])
    #expect(picture.fitted(width: 11, height: 9)?.width == 8)
    #expect(picture.fitted(width: 4, height: 1) == picture)
    let twoRows = Picture(height: 2, width: 4, channels: 1, pixels: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(twoRows.fitted(width: 2, height: 9)?.pixels == [1, 3])
    #expect(picture.fitted(width: 2, height: 9) == nil)
    #expect(picture.fitted(width: -3, height: 9) == nil)
  }

  @Test("a bar above the lines tells how far in it is")
  func seek() {
    var scene = Scene(panels: [], lines: ["one"])
    scene.seek = 0.25
    let (style, picture) = (LineChart.Style.dark, scene.picture(width: 208, height: 100))
    // Below the picture's margin of 4 and a line of 11 pixels, five above that: rows 80 and 81.
    let row = (0..<208).map { picture.color(row: 80, column: $0) }
    #expect(row.count { $0 == style.text } == 50 && row.count { $0 == style.frame } == 150)
    #expect(picture.color(row: 79, column: 4) == style.background)
    #expect(picture.color(row: 82, column: 4) == style.background)
  }

  @Test("many charts stand two in a row")
  func manyCharts() {
    let colors: [Picture.Color] = [.red, .white, .init(0, 255, 0)]
    let charts = colors.map { LineChart("x", series: [.init([1, 1], color: $0)]) }
    let picture = Scene(panels: [], charts: charts).picture(width: 300, height: 300)
    let places = colors.map { color in
      (0..<300 * 300).filter { picture.color(row: $0 / 300, column: $0 % 300) == color }
    }
    #expect(places[0].allSatisfy { $0 % 300 < 150 } && places[1].allSatisfy { $0 % 300 >= 150 })
    #expect(places[2].contains { $0 % 300 > 200 } && places[2].contains { $0 % 300 < 100 })
    #expect((places[0].max() ?? 0) < (places[2].min() ?? 0))
  }

  @Test("there is as much room for a picture as it is then given")
  func room() {
    let room = Scene.room(width: 400, height: 300, lineCount: 2)
    let full = Picture(height: room.height, width: room.width, color: .white)
    var scene = Scene(panels: [.init("", full)], lines: ["one", "two"])
    scene.seek = 0
    #expect(count(.white, in: scene.picture(width: 400, height: 300)) == room.width * room.height)
  }
}
