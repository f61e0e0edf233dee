/// How an episode begins.
package struct Layout: Sendable {
  package var grid: Grid
  package var agent: Agent

  package init(grid: Grid, agent: Agent) {
    self.grid = grid
    self.agent = agent
  }
}
