#pragma once

#include "events.h"
#include "interpreter.h"
#include "recorder.h"

#include <temporal/workflow/detail/instance.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace temporal::generated {

/// One instance of the generated workflow, from its first activation to its eviction, and what is seen of it.
class Driver {
 public:
  /// `rejected`: messages that this instance does not hear of.
  explicit Driver(const Program& program, std::set<int> rejected = {}, bool before_patches = false);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Looks after each activation whether the rules were kept.
  Commands activate(const Activation& activation);

  /// Of the SDK, as the completions since the last call say.
  std::set<std::uint32_t> take_used_flags() { return std::exchange(used_flags_, {}); }
  /// What went wrong so far is as it was before it was mended.
  void forgive();

  [[nodiscard]] const Recorder& recorder() const noexcept { return *recorder_; }
  /// The first thing that went wrong.
  [[nodiscard]] std::string problem() const { return recorder_->violations.empty() ? "" : recorder_->violations[0]; }

 private:
  void look_at(const Activation& activation, const Commands& commands, std::size_t trace_before);

  static const workflow::Definition definition_;
  std::shared_ptr<Recorder> recorder_;
  std::set<std::uint32_t> used_flags_;
  std::optional<workflow::detail::Instance> instance_;
};

}  // namespace temporal::generated
