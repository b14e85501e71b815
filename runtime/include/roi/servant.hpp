// A published object: what a generated server holds, and what roi::publish() returns.
#pragma once

#include <roi/options.hpp>
#include <roi/serve.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace roi {

namespace generated {
struct dispatch_table;

/// An object and how calls reach it. Generated code gives one for each marked class, by
/// `roi::generated::exported roi_export(Bank& object)` in the namespace of the class.
struct exported {
    const dispatch_table* table = nullptr;
    void* object = nullptr;
};
}  // namespace generated
namespace detail {

/// Whatever keeps an object alive while it is published: an owning pointer of the user's.
struct owner {
    void* pointer = nullptr;
    void (*release)(void* pointer) noexcept = nullptr;
};
/// Moves `pointer` to where it stays.
template <class Pointer>
owner owned_by(Pointer& pointer) {
    return {new Pointer(std::move(pointer)),
            [](void* kept) noexcept { delete static_cast<Pointer*>(kept); }};
}

template <class T>
concept servable = requires(T& object) {
    {roi_export(object)};
};
/// std::unique_ptr and std::shared_ptr, told by their shape: <memory> is not cheap.
template <class T>
concept owning_pointer = !servable<T> && requires(T & pointer) {
    typename T::element_type;
    pointer.reset();
    *pointer;
};

}  // namespace detail

/// Keeps an object published; destroying it withdraws the object.
///
/// Publishing listens, if this runtime does not yet, serves the object, and then asks the name
/// server for the name. With no name server in reach it serves, keeps trying, and says so in the
/// log; clients that know the endpoint can call it meanwhile.
///
/// Threads: a moved or withdrawn servant belongs to one thread at a time; calls come from many.
/// Errors: errc::name_taken where another server holds the name, which the text names;
/// errc::not_supported where a mark of the class needs a part that this version lacks.
class servant {
public:
    /// Publishes nothing.
    servant() noexcept;
    /// Publishes `what`. `owner`, where given, is kept until the object is withdrawn.
    servant(generated::exported what, publication where, detail::owner owner = {});
    servant(servant&&) noexcept;
    servant& operator=(servant&&) noexcept;
    ~servant();

    /// Takes the name back, refuses new calls, and waits for the running ones.
    ///
    /// Calls that have not begun end with errc::shutting_down, not executed. While methods run it
    /// waits, and says so in the log every ten seconds. Called from a method of the object itself
    /// it does not wait for that method. Does nothing the second time.
    void withdraw() noexcept;

    /// Is the object being served?
    explicit operator bool() const noexcept { return object_ != nullptr; }
    /// The name it is published under; empty where it is not.
    std::string name() const;
    /// Does the name server know it by now? False while none was in reach.
    bool is_registered() const noexcept;

private:
    struct published;
    published* object_ = nullptr;
};

/// Publishes `object`, which must outlive the servant returned.
template <class T>
requires(!detail::owning_pointer<T>) [[nodiscard]] servant
    publish(T& object, publication where = {}) {
    static_assert(detail::servable<T>,
                  "include the generated header (x.roi.hpp) of this class or of its marked base");
    return servant{roi_export(object), std::move(where)};
}
template <class T>
requires(!detail::owning_pointer<T>) [[nodiscard]] servant
    publish(T& object, std::string_view name) {
    return roi::publish(object, as(std::string{name}));
}
/// Publishes what a std::shared_ptr or std::unique_ptr points to, and shares or owns it until it is
/// withdrawn.
template <detail::owning_pointer Pointer>
[[nodiscard]] servant publish(Pointer object, publication where = {}) {
    static_assert(detail::servable<typename Pointer::element_type>,
                  "include the generated header (x.roi.hpp) of this class or of its marked base");
    const generated::exported what = roi_export(*object);
    return servant{what, std::move(where), detail::owned_by(object)};
}
template <detail::owning_pointer Pointer>
[[nodiscard]] servant publish(Pointer object, std::string_view name) {
    return roi::publish(std::move(object), as(std::string{name}));
}

}  // namespace roi
