#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace temporal::tests {

/// What each piece of data takes, in each direction.
struct TcpWay {
  std::chrono::milliseconds delay = {};
  /// The part of the pieces that come later by `stall`, with all that is behind them: lost packets, sent again.
  double stalls = 0;
  std::chrono::milliseconds stall = std::chrono::milliseconds{200};
};

/// A way to a server that can be long, and fail like the network does. It runs on a thread of its own.
class TcpProxy {
 public:
  using Way = TcpWay;

  /// To `host:port` on the loopback interface.
  explicit TcpProxy(const std::string& target, Way way = {});
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;
  ~TcpProxy();

  [[nodiscard]] std::string address() const;
  /// How many connections there have been.
  [[nodiscard]] int connections() const;

  /// Swallows what the present connections carry from now on, without a word, as a NAT gateway that forgot them.
  void drop();
  /// Resets the present connections.
  void reset();
  /// Resets the present connections and refuses new ones, until it is `back` at the same address.
  void go_away();
  void come_back();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace temporal::tests
