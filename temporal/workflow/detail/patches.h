#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace temporal::workflow::detail {

class Context;

/// The patches of a run: which ones its history has, and what the code was told of each.
class Patches {
 public:
  explicit Patches(Context& context) noexcept : context_(context) {}

  /// The history has this patch. Comes before the code that asks.
  void notify(const std::string& id) { in_history_.insert(id); }
  bool use(const std::string& id, bool deprecated);

 private:
  Context& context_;
  std::unordered_set<std::string> in_history_;
  std::unordered_map<std::string, bool> answers_;
};

}  // namespace temporal::workflow::detail
