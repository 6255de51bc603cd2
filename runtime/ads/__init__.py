"""ADS: the device's side (a simulated Beckhoff PLC, the emulator as an ADS target) and the bridge to real PLCs.

Rooms, from the wire inwards; imports run downwards only:

    server         asyncio shell on a thread of its own: sockets, queues, who may come
    device         requests in, answers out: ports, connections, limits; no I/O
    services       the index groups of port 851; `sums` the sum commands, `handles` numbers for names
    repeats        requests that come again and again, worked out once
    notifications  the scheduler of all subscriptions
    control        run, stop, reset, restart, config
    attendant      on the Plc's thread: publishes the image, carries out what clients ask for between two cycles
    frames         bytes <-> AMS/TCP frames and messages; no I/O
    image          the symbols of a Plc as memory by group and offset: what clients see, published between two cycles
    places         where each variable lies, and how a path leads there
    area           the data area, joined from the memories of programs and blocks
    values         what clients may write
    typemap        IEC types as data types for clients
    entries        symbol and data type entries as bytes
    groups         ports and index groups
    model          what image and device agree on: locations, types, errors

and on the client's side, over pyads:

    bridge         channels of a PLC into a program and back, latched at the edges of its cycles
    owner          the one thread per host that does all requests, and reconnects
    session        what one bridge has resolved: plans, notifications, counters
    plan           which bytes a cycle asks for and what they become
    browse         what a PLC has, and names close to one that it does not have
    typebook       the types of a PLC as struct formats; text: values as people write them
    client         one connection of pyads: bytes out, bytes in; decode: symbol and type entries from bytes
"""
