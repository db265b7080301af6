-- store: state
-- forget_suppressed: nothing is known of an address. in: :address
delete from messaging_suppression where address = :address
