#pragma once

namespace temporal::workflow::detail {

/// A place in an `IntrusiveList<T>`, as a base of `T`. Leaves its list when it is destroyed, so that what a destroyed
/// coroutine frame was waiting for finds nobody. A `T` is in one list at a time.
template <class T>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { unlink(); }

  void unlink() noexcept {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = this;
  }

 private:
  template <class>
  friend class IntrusiveList;
  ListNode* next_ = this;
  ListNode* previous_ = this;
};

/// A list that neither owns nor allocates. What is still in it when it is destroyed is in no list after that.
template <class T>
class IntrusiveList {
 public:
  IntrusiveList() = default;
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) head_.next_->unlink();
  }

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
  [[nodiscard]] T& front() noexcept { return static_cast<T&>(*head_.next_); }
  [[nodiscard]] T& back() noexcept { return static_cast<T&>(*head_.previous_); }

  void push_back(ListNode<T>& node) noexcept { insert_before(head_, node); }
  void push_front(ListNode<T>& node) noexcept {
    node.unlink();
    insert_before(*head_.next_, node);
  }

  /// Calls `visit` with each; it may unlink the one it is called with, and no other.
  template <class Visit>
  void for_each(const Visit& visit) {
    for (ListNode<T>* node = head_.next_; node != &head_;) {
      ListNode<T>* const next = node->next_;
      visit(static_cast<T&>(*node));
      node = next;
    }
  }

 private:
  static void insert_before(ListNode<T>& next, ListNode<T>& node) noexcept {
    node.unlink();
    node.previous_ = next.previous_;
    node.next_ = &next;
    next.previous_->next_ = &node;
    next.previous_ = &node;
  }

  ListNode<T> head_;
};

}  // namespace temporal::workflow::detail
