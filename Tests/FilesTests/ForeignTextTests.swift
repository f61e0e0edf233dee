import Files
import Testing

@Suite("Text of others")
struct ForeignTextTests {
  @Test(
    "what a terminal obeys is shown",
    arguments: [
      ("plain ü 猫 👩‍🚀", "plain ü 猫 👩‍🚀"), ("\u{1B}[2Jgone", "\\u001B[2Jgone"),
      ("two\r\nlines\t", "two\\r\\nlines\\t"), ("\u{9B}31m", "\\u009B31m"),
      ("nul\0del\u{7F}", "nul\\u0000del\\u007F"), ("a\u{202E}b\u{2066}", "a\\u202Eb\\u2066"),
      ("\u{85}\u{2028}\u{2029}", "\\u0085\\u2028\\u2029"), ("\u{1B}\u{301}", "\\u001B\u{301}"),
    ])
  func visible(text: String, shown: String) {
    // By scalars, for Swift takes texts that look alike for equal.
    #expect(
      Array(ForeignText.visible(text).unicodeScalars) == Array(shown.unicodeScalars))
  }

  @Test("ends of lines stay where they are the program's, but not returns before them")
  func lines() {
    #expect(
      ForeignText.visible("a\nb\r\nc", keepingLines: true).unicodeScalars.elementsEqual(
        "a\nb\\r\nc".unicodeScalars))
  }

  @Test(
    "a quote is escaped in a string whatever follows it",
    arguments: [
      ("a", "\"a\""), ("\"\u{301}", "\"\\\"\u{301}\""), ("\\\u{301}", "\"\\\\\u{301}\""),
      ("\r\n\u{1}", "\"\\r\\n\\u0001\""), ("\u{85}\u{2028}\u{FEFF}", "\"\\u0085\\u2028\\uFEFF\""),
      ("/é", "\"/é\""),
    ])
  func quoted(text: String, quoted: String) {
    #expect(Array(ForeignText.quoted(text).unicodeScalars) == Array(quoted.unicodeScalars))
  }

  @Test(
    "a word of a shell is one word and the same",
    arguments: [
      ("runs/a-b_1.2", "runs/a-b_1.2"), ("", "''"), ("two words", "'two words'"),
      ("it's", "'it'\\''s'"), ("'\u{301};id", "''\\''\u{301};id'"), ("$(id)", "'$(id)'"),
      ("~/x", "'~/x'"), ("=ls", "'=ls'"), ("a\nb'\\", "$'a\\012b\\'\\\\'"),
      ("\u{1B}[0m", "$'\\033[0m'"), ("é", "'é'"), ("\u{202E}", "$'\\342\\200\\256'"),
    ])
  func shellWord(word: String, quoted: String) {
    #expect(Array(ForeignText.shellWord(word).unicodeScalars) == Array(quoted.unicodeScalars))
  }

  @Test("a name is no path")
  func fileName() {
    #expect(ForeignText.fileName("gridworld/Empty-5x5") == "gridworld-Empty-5x5")
    #expect(ForeignText.fileName("../a\n").unicodeScalars.elementsEqual("..-a-".unicodeScalars))
    // A slash with an accent is one character, and a slash to the system.
    #expect(!ForeignText.fileName("a/\u{301}b").utf8.contains(UInt8(ascii: "/")))
  }

  @Test("a path never looks like an option")
  func shellPath() {
    #expect(ForeignText.shellPath("-rf") == "./-rf")
    #expect(ForeignText.shellPath("--logdir x") == "'./--logdir x'")
    #expect(ForeignText.shellPath("runs/-a") == "runs/-a")
  }
}
