// All decisions about one header's outputs: names, numbers, ids, which overload is which method.
//
// plan() makes every identifier that the output has beyond the user's own; what follows only
// writes.
#pragma once

#include "emit/lock.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace idlc::emit {

struct planned_parameter {
    const model::parameter* source = nullptr;
    std::string name;            // in the stub and, as far as it can, in the .proto
    unsigned number = 0;         // field of the arguments; 0: not sent
    unsigned result_number = 0;  // field of the results; 0: not returned
    bool sent() const { return number != 0; }
    bool returned() const { return result_number != 0; }
};

/// A shorter list of arguments that default arguments allow.
struct shorter_list {
    std::size_t count = 0;
    std::uint64_t id = 0;
    bool in_stub = true;  // false: the class itself has an overload with these parameters
};

struct planned_method {
    const model::method* source = nullptr;
    std::string interface_name;  // "demo::Bank": whose id it has
    std::uint64_t id = 0;
    std::string label;  // unique among the interface's methods: "transfer", "transfer_2"
    std::vector<planned_parameter> parameters;
    std::vector<shorter_list> shorter;        // longest first
    std::optional<std::int64_t> deadline_us;  // its own, or the class's
    bool repeats = false;                     // an earlier overload stands for it on the wire
    std::size_t wire_index = 0;               // which method that is, among `methods`
    bool has_result() const;                  // does it return a value?
};

struct planned_interface {
    const model::interface* source = nullptr;
    bool generated = true;       // false: of another header; here only as a base
    std::string wire_name;       // "demo.Bank"
    std::string scope;           // "demo": namespace of the stubs
    std::string class_name;      // "Bank", for a nested class "Outer::Bank"
    std::string client, server;  // names of the stub classes
    std::string label;           // "bank": prefix of names in the .cpp files
    std::vector<planned_method> methods;
    std::vector<const planned_interface*> bases;      // direct ones, as declared
    std::vector<const planned_interface*> all_bases;  // nearest first, each once
    std::string client_name() const { return scope.empty() ? client : scope + "::" + client; }
    std::string unsupported_marks;  // run-time part missing; empty: none
};

struct plan {
    const model::file* input = nullptr;
    std::string stem;                          // "bank"
    std::deque<planned_interface> interfaces;  // generated ones in source order, then foreign bases
    /// Number of each field of a record, by record and position; bases come first.
    std::map<std::string, std::vector<unsigned>> base_numbers, field_numbers;
    /// Wire number of each enumerator, where it is not its value.
    std::map<std::string, std::map<std::string, std::int64_t>> enum_numbers;
    /// Numbers of fields and enumerators that are gone, by record or enum: nothing else takes them.
    std::map<std::string, std::set<std::uint64_t>> removed_fields, removed_enumerators;
    std::vector<model::diagnostic> diagnostics;

    const planned_interface* find(const std::string& name) const;
    const model::record* record(const std::string& name) const;
};

plan make_plan(const model::file& input, lock_file* lock);

}  // namespace idlc::emit
