/// The two forms of a pixel's channel: a byte, as worlds show it, and a number from 0 to 1, as
/// decoders give it.
package enum Pixel {
  /// A number as a byte, rounded down as the reference does; what is beyond 0 to 1 is its end, and
  /// what is no number 0.
  package static func byte(_ number: Float) -> UInt8 {
    number > 0 ? UInt8(min(255 * number, 255)) : 0
  }

  /// A byte as a number.
  package static func number(_ byte: UInt8) -> Float { Float(byte) / 255 }
}
