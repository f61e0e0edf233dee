/// Something that a person or the desktop does to a window.
package enum WindowEvent: Hashable, Sendable {
  case pressed(Keystroke)
  /// A key that is held down goes on.
  case repeated(Keystroke)
  case released(Keystroke)
  /// The window must be drawn anew: it has another size, or was covered.
  case needsDrawing
  /// Keys go elsewhere from now on; those that are held are not told of when they are released.
  case lostFocus
  /// The person wants it closed.
  case closed
}
