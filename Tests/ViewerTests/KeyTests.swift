import Foundation
import Testing
import Viewer

@Suite("Keys of terminals")
struct KeyTests {
  /// All keys of some bytes.
  private func keys(_ text: String, isComplete: Bool = true) -> [Keystroke] {
    var parser = KeyParser()
    parser.append(Data(text.utf8))
    var keys: [Keystroke] = []
    while let key = parser.next(isComplete: isComplete) { keys.append(key) }
    return keys
  }

  @Test("letters are keys, whatever their case")
  func letters() {
    #expect(keys("wW q") == [.character("w"), .character("w"), .character(" "), .character("q")])
    #expect(keys("\t\r\u{7F}") == [.tab, .enter, .backspace])
  }

  @Test("sequences are arrows and other keys; unknown ones and other alphabets are skipped")
  func sequences() {
    #expect(keys("\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}[D") == [.up, .down, .right, .left])
    #expect(keys("\u{1B}[5~\u{1B}[1;5Ha\u{1B}OP") == [.pageUp, .character("a"), .function(1)])
    #expect(keys("é1") == [.character("1")])
  }

  @Test("an escape alone is a key once nothing follows")
  func escape() {
    var parser = KeyParser()
    parser.append(Data([0x1B]))
    #expect(parser.next(isComplete: false) == nil && parser.isPending)
    parser.append(Data("[A".utf8))
    #expect(parser.next(isComplete: false) == .up)
    #expect(keys("\u{1B}") == [.escape])
    #expect(keys("\u{3}") == [.escape], "Ctrl-C")
  }

  @Test("SDL's key codes are keys")
  func codes() {
    let codes: [(Int32, Keystroke?)] = [
      (0x77, .character("w")), (0x20, .character(" ")), (13, .enter), (27, .escape),
      (0x4000_004F, .right), (0x4000_0050, .left), (0x4000_0051, .down), (0x4000_0052, .up),
      (0x4000_003A, .function(1)), (0x4000_0045, .function(12)), (0x4000_00E1, nil),
    ]
    for (code, key) in codes { #expect(Window.keystroke(code, hasShift: false) == key) }
    #expect(Window.keystroke(0x2F, hasShift: true) == .character("?"))
  }
}
