#pragma once

#include <memory>
#include <utility>
#include <vector>

/// \file
/// What the interceptors of workflows and of activities have in common.

namespace temporal {

namespace detail {
template <class Link>
class InterceptorChain;
}

/// Base of all that interceptors derive from: it is destroyed through its base, and not copied.
class InterceptorBase {
 public:
  InterceptorBase() = default;
  InterceptorBase(const InterceptorBase&) = delete;
  InterceptorBase& operator=(const InterceptorBase&) = delete;
  virtual ~InterceptorBase() = default;
};

/// Base of a class of links, `Link`, which make up the chain around one thing.
template <class Link>
class InterceptorLink : public InterceptorBase {
 protected:
  /// The link to hand on to. There is none only after the last one, which does what the others are around.
  [[nodiscard]] Link& next() const noexcept { return *next_; }

 private:
  friend detail::InterceptorChain<Link>;
  Link* next_ = nullptr;
};

namespace detail {

/// Owns the links around one thing, the outermost first. Without any it is empty, and asking for the first is all that
/// it costs.
template <class Link>
class InterceptorChain {
 public:
  /// Null adds nothing.
  void add(std::unique_ptr<Link> link) {
    if (!link) return;
    if (!links_.empty()) links_.back()->InterceptorLink<Link>::next_ = link.get();
    links_.push_back(std::move(link));
  }
  void clear() noexcept { links_.clear(); }

  [[nodiscard]] bool empty() const noexcept { return links_.empty(); }
  /// Null when there is none.
  [[nodiscard]] Link* first() const noexcept { return links_.empty() ? nullptr : links_.front().get(); }

 private:
  std::vector<std::unique_ptr<Link>> links_;
};

}  // namespace detail
}  // namespace temporal
