#pragma once

#include <nlohmann/json.hpp>

#include <string>

/// What a customer asks for. It travels as JSON.
struct Purchase {
  std::string item = {};
  int quantity = 1;
  int price_in_cents = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Purchase, item, quantity, price_in_cents)

// What the systems around an order do for it. An activity can run more than once, so each call names the order: by that
// those systems know what they have done already. Undoing what was never done is no error.
void reserve_stock(const std::string& order, const Purchase& purchase);
void release_stock(const std::string& order);
void charge(const std::string& order, int cents);
void refund(const std::string& order);

/// @return who brings it there.
/// @throws temporal::ApplicationError of type `Unreachable`, which no retry would change.
std::string find_carrier(const std::string& address);
