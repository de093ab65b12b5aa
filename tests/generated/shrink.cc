#include "shrink.h"

#include <algorithm>
#include <utility>

namespace temporal::generated {
namespace {

class Shrinker {
 public:
  Shrinker(Case made, const std::function<bool(const Case&)>& fails) : best_(std::move(made)), fails_(fails) {}

  Case run() {
    bool better = true;
    while (better && tries_ < most_tries) {
      better = false;
      for (const auto part : {&Case::program, &Case::world}) {
        better = cut(part) || better;
        better = lower(part) || better;
      }
    }
    return best_;
  }

 private:
  static constexpr int most_tries = 20000;
  static constexpr std::size_t longest_sliding = 12;  ///< a statement, say: it can begin anywhere

  bool attempt(Case smaller) {
    if (++tries_ > most_tries || !fails_(smaller)) return false;
    best_ = std::move(smaller);
    return true;
  }

  /// Leaves out runs of bytes, the long ones first.
  bool cut(Bytes Case::* part) {
    bool better = false;
    for (auto length = std::max<std::size_t>(1, (best_.*part).size() / 2); length > 0;
         length -= length <= longest_sliding ? 1 : length - std::max(length / 2, longest_sliding)) {
      for (std::size_t at = 0; at < (best_.*part).size();) {
        auto smaller = best_;
        auto& bytes = smaller.*part;
        const auto end = std::min(bytes.size(), at + length);
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(end));
        if (attempt(std::move(smaller))) {
          better = true;
        } else {
          at += length <= longest_sliding ? 1 : length;
        }
      }
    }
    return better;
  }

  bool lower(Bytes Case::* part) {
    bool better = false;
    for (std::size_t at = 0; at < (best_.*part).size(); ++at) {
      const auto now = (best_.*part)[at];
      for (const int next : {0, 1, now / 2, now - 1}) {
        if (next < 0 || next >= now) continue;
        auto smaller = best_;
        (smaller.*part)[at] = static_cast<std::uint8_t>(next);
        if (attempt(std::move(smaller))) {
          better = true;
          break;
        }
      }
    }
    return better;
  }

  Case best_;
  const std::function<bool(const Case&)>& fails_;
  int tries_ = 0;
};

}  // namespace

Case shrink(Case made, const std::function<bool(const Case&)>& fails) { return Shrinker{std::move(made), fails}.run(); }

}  // namespace temporal::generated
