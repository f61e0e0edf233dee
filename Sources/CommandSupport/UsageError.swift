import ArgumentParser

/// Options that make no sense together, or one that is missing; said in one line.
package struct UsageError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// - Throws: `ValidationError` where an argument is empty, as an unset variable of a shell is: the
/// current folder would be taken for it.
package func requireText(_ argument: String, _ name: String) throws {
  if argument.isEmpty { throw ValidationError("\(name) is empty; give a name") }
}

/// A whole number as people write it, `1e5` among them.
/// - Throws: `ValidationError`.
package func wholeNumber(_ text: String) throws -> Int {
  guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
    throw ValidationError("expected a whole number")
  }
  return number
}
