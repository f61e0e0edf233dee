/// The keys that a person holds down, for what asks from time to time: a key that was pressed and
/// released since it last asked counts once.
package struct HeldKeys {
  private var held: Set<Keystroke> = []
  /// Pressed since the last question.
  private var pressed: Set<Keystroke> = []

  package init() {}

  package mutating func press(_ key: Keystroke) {
    held.insert(key)
    pressed.insert(key)
  }

  package mutating func release(_ key: Keystroke) { held.remove(key) }

  /// Nothing is known of the keys any more.
  package mutating func forget() { (held, pressed) = ([], []) }

  /// Those that are held, or were since the last call.
  package mutating func take() -> Set<Keystroke> {
    defer { pressed = [] }
    return held.union(pressed)
  }
}
