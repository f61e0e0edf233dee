/// An address in the space of random draws.
///
/// Randomness here is addressed, not consumed: a draw is a pure function of a key and an index, so
/// it depends neither on threads nor on what else drew before. New keys are derived from labels and
/// numbers with `fold`; a new consumer takes a new label
/// and shifts nobody else's draws.
///
/// The bits come from Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2,
/// 3"), whose published test vectors `RandomnessTests` checks.
public struct Key: Hashable, Sendable, Codable {
  /// The 64-bit Philox key.
  public let value: UInt64

  /// The root key of a run.
  public init(seed: UInt64) {
    value = Philox.bits(key: 0x6472_6561_6d65_7220, counter: seed, stream: 0).low
  }

  init(value: UInt64) { self.value = value }

  /// The key that is derived from this one for a numbered purpose (a step, a sequence, a time).
  public func fold(_ number: Int) -> Key {
    Key(value: Philox.bits(key: value, counter: UInt64(bitPattern: Int64(number)), stream: 1).low)
  }

  /// The key that is derived from this one for a named purpose.
  public func fold(_ label: String) -> Key {
    // FNV-1a, 64 bits: stable across processes, which `hashValue` is not.
    let hash = label.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return Key(value: Philox.bits(key: value, counter: hash, stream: 2).low)
  }

  /// 64 random bits at an index.
  @inlinable
  public func bits(at index: Int) -> UInt64 {
    Philox.bits(key: value, counter: UInt64(bitPattern: Int64(index)), stream: 3).low
  }

  /// A uniform number in [0, 1) at an index, with 24 random bits.
  @inlinable
  public func uniform(at index: Int) -> Float {
    Float(bits(at: index) >> 40) * 0x1p-24
  }
}

/// Philox4x32 with ten rounds.
@usableFromInline
package enum Philox {
  @usableFromInline package struct Block: Equatable {
    @usableFromInline package var x0: UInt32, x1: UInt32, x2: UInt32, x3: UInt32

    @inlinable package init(_ x0: UInt32, _ x1: UInt32, _ x2: UInt32, _ x3: UInt32) {
      (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
    }

    @inlinable package var low: UInt64 { UInt64(x1) << 32 | UInt64(x0) }
  }

  /// The block of a 64-bit counter in one of the streams that keep the uses of a key apart.
  @inlinable
  package static func bits(key: UInt64, counter: UInt64, stream: UInt32) -> Block {
    rounds(
      Block(
        UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), stream, 0),
      key: (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
  }

  @inlinable
  package static func rounds(_ counter: Block, key: (UInt32, UInt32)) -> Block {
    var x = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let p0 = UInt64(x.x0) &* 0xD251_1F53
      let p1 = UInt64(x.x2) &* 0xCD9E_8D57
      x = Block(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ x.x1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ x.x3 ^ k1, UInt32(truncatingIfNeeded: p0))
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return x
  }
}
