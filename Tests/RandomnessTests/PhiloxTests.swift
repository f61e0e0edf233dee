import Randomness
import Testing

@Suite("Philox")
struct PhiloxTests {
  /// The known answers of Random123 1.14.0, `tests/kat_vectors`, for `philox4x32 10`.
  @Test("the rounds give the published answers")
  func knownAnswers() {
    #expect(
      Philox.rounds(.init(0, 0, 0, 0), key: (0, 0))
        == .init(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      Philox.rounds(.init(ones, ones, ones, ones), key: (ones, ones))
        == .init(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.rounds(
        .init(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
        == .init(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("a block is addressed by key, counter and stream, low words first")
  func addressing() {
    #expect(
      Philox.bits(key: 0x299f_31d0_a409_3822, counter: 0x85a3_08d3_243f_6a88, stream: 7)
        == Philox.rounds(
          .init(0x243f_6a88, 0x85a3_08d3, 7, 0), key: (0xa409_3822, 0x299f_31d0)))
    #expect(Philox.Block(0x89ab_cdef, 0x0123_4567, 0, 0).low == 0x0123_4567_89ab_cdef)
  }
}
