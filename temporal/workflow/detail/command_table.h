#pragma once

#include <temporal/workflow/detail/commands.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

namespace temporal::workflow::detail {

/// The commands of one kind that wait for their outcome, by their sequence numbers. `Command` is a `PendingCommand`.
template <class Command>
class CommandTable {
 public:
  /// Makes the next command; the other arguments go to its constructor. Throws where commands may not be added.
  template <class... Arguments>
  std::shared_ptr<Command> add(const Commands& commands, Arguments&&... arguments) {
    commands.require_writable();
    auto command = std::make_shared<Command>(++last_sequence_, std::forward<Arguments>(arguments)...);
    commands_.emplace(last_sequence_, command);
    return command;
  }

  /// A command that goes on waiting. Null when it is not there.
  [[nodiscard]] std::shared_ptr<Command> find(std::uint32_t sequence) const {
    const auto found = commands_.find(sequence);
    return found == commands_.end() ? nullptr : found->second;
  }

  /// The activation brings its outcome, which is applied when what comes before it has run.
  void announce(std::uint32_t sequence) const {
    if (const auto command = find(sequence)) command->outcome_came = true;
  }

  /// Takes a command out because its outcome is known. Null when it is not there: it may have been cancelled just
  /// before the outcome came.
  std::shared_ptr<Command> take(std::uint32_t sequence) {
    const auto found = commands_.extract(sequence);
    if (found.empty()) return nullptr;
    found.mapped()->detach();
    return std::move(found.mapped());
  }

 private:
  std::uint32_t last_sequence_ = 0;
  std::unordered_map<std::uint32_t, std::shared_ptr<Command>> commands_;
};

}  // namespace temporal::workflow::detail
