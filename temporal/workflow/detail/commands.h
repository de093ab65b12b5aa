#pragma once

#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace temporal::workflow::detail {

/// The commands of the current activation.
class Commands {
  /// Gives a flag another value for as long as it lives.
  class Flagged {
   public:
    Flagged(bool& flag, bool value) noexcept : flag_(flag), before_(std::exchange(flag, value)) {}
    Flagged(const Flagged&) = delete;
    Flagged& operator=(const Flagged&) = delete;
    ~Flagged() { flag_ = before_; }

   private:
    bool& flag_;
    bool before_;
  };

 public:
  /// While it lives, the workflow's code must change nothing: a query or a validator runs, and does not on replay.
  class ReadOnly {
   public:
    explicit ReadOnly(Commands& commands) noexcept : was_(commands.read_only_, true) {}

   private:
    Flagged was_;
  };

  /// The same for a condition, which is asked again in a replay: it may ask for patches and random numbers.
  class Asking {
   public:
    explicit Asking(Commands& commands) noexcept : was_(commands.asking_, true) {}

   private:
    Flagged was_;
  };

  /// While it lives, commands are dropped: destructors run that may ask for some.
  class Closed {
   public:
    explicit Closed(Commands& commands) noexcept : was_(commands.closed_, true) {}

   private:
    Flagged was_;
  };

  /// Throws `std::logic_error` where the workflow's code must change nothing.
  void require_writable() const {
    require_replayed();
    if (asking_) throw std::logic_error("a condition must not change the workflow");
  }
  /// Throws it only where the code does not run again in a replay.
  void require_replayed() const {
    if (read_only_) throw std::logic_error("a query handler or an update validator must not change the workflow");
  }

  coresdk::workflow_commands::WorkflowCommand& add() { return closed_ ? dropped_ : *success_.add_commands(); }

  /// From here on commands are dropped: destructors run that may ask for some.
  void close() noexcept { closed_ = true; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  /// A query or a validator runs: what does not run again in a replay.
  [[nodiscard]] bool read_only() const noexcept { return read_only_; }
  void clear() { success_.Clear(); }
  [[nodiscard]] coresdk::workflow_completion::Success take() { return std::exchange(success_, {}); }

 private:
  coresdk::workflow_completion::Success success_;
  coresdk::workflow_commands::WorkflowCommand dropped_;
  bool closed_ = false;
  bool read_only_ = false;
  bool asking_ = false;
};

/// What the web UI shows beside the command: one line, and more Markdown. Nothing where a text is empty.
void set_metadata(coresdk::workflow_commands::WorkflowCommand& command, const std::string& summary,
                  const std::string& details = {});

}  // namespace temporal::workflow::detail
